import { CommandError } from '../../model/errors.ts';
import { quote } from '../../util/shell.ts';
import type { PackageState } from '../host-reads.ts';
import type { ReadKind } from './collector.ts';

const format = '${Package}\\t${Architecture}\\t${Status}\\t${Version}\\n';

interface Row {
  readonly name: string;
  readonly architecture: string;
  readonly status: string;
  readonly version: string;
}

/** dpkg's database: one `dpkg-query` for all names. A name may carry `:architecture`. */
export const packageKind: ReadKind<string, PackageState> = {
  name: 'package',
  key: (name) => name,
  read: async (names, run) => {
    const result = await run(`dpkg-query -W -f='${format}' -- ${quote(names)}`);
    if (result.exitCode === 127) {
      throw new CommandError('there is no dpkg-query on the host: it is not a Debian-like system');
    }
    if (result.exitCode > 1) throw new CommandError(`dpkg-query failed: ${result.stderr.trim()}`);
    const rows = result.stdout.split('\n').map(toRow);
    return names.map((name) => stateOf(name, rows));
  },
};

function toRow(line: string): Row {
  const [name = '', architecture = '', status = '', version = ''] = line.split('\t');
  return { name, architecture, status, version };
}

function stateOf(name: string, rows: readonly Row[]): PackageState {
  const [plain, architecture] = name.split(':');
  const matching = rows.filter(
    (row) => row.name === plain && (architecture === undefined || row.architecture === architecture),
  );
  const row = matching.find(isInstalled) ?? matching[0];
  if (row === undefined) return { name, installed: false, held: false, status: 'unknown ok not-installed' };
  const installed = isInstalled(row);
  return {
    ...{ name, installed, held: row.status.startsWith('hold '), status: row.status },
    ...(installed ? { version: row.version } : {}),
  };
}

/** dpkg(1): packages that only wait for triggers are installed; half-installed and unpacked ones are not. */
function isInstalled(row: Row): boolean {
  return / (installed|triggers-awaited|triggers-pending)$/.test(row.status);
}
