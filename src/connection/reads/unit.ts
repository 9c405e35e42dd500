import { CommandError } from '../../model/errors.ts';
import { quote } from '../../util/shell.ts';
import type { UnitState } from '../host-reads.ts';
import type { ReadKind, RunScript } from './collector.ts';

const properties = 'Id,LoadState,ActiveState,UnitFileState,NeedDaemonReload';

/** systemd's view: one `systemctl show` for all units, whose answers come as blocks in the same order. */
export const unitKind: ReadKind<string, UnitState> = {
  name: 'unit',
  key: (name) => name,
  read: async (names, run) => {
    const result = await run(`systemctl show -p ${properties} -- ${quote(names)}`);
    const blocks = result.stdout.split(/\n\n+/).filter((block) => block.trim() !== '');
    if (blocks.length === names.length) {
      return names.map((name, index) => toState(name, blocks[index] ?? ''));
    }
    if (names.length === 1) return [failure(names[0] ?? '', result.exitCode, result.stderr)];
    // One bad name stops the whole answer; asked one by one, only that name fails.
    return Promise.all(names.map((name) => readAlone(name, run)));
  },
};

async function readAlone(name: string, run: RunScript): Promise<UnitState | Error> {
  const [answer] = await unitKind.read([name], run);
  return answer ?? new CommandError(`systemctl show ${name} said nothing`);
}

function toState(name: string, block: string): UnitState {
  const values = new Map(
    block.split('\n').map((line) => {
      const at = line.indexOf('=');
      return [line.slice(0, at), line.slice(at + 1)] as const;
    }),
  );
  return {
    name,
    load: values.get('LoadState') ?? '',
    active: values.get('ActiveState') ?? '',
    enabled: values.get('UnitFileState') ?? '',
    needsReload: values.get('NeedDaemonReload') === 'yes',
  };
}

function failure(name: string, exitCode: number, stderr: string): CommandError {
  if (exitCode === 127) return new CommandError('there is no systemctl on the host');
  if (/not been booted with systemd|Failed to connect to bus/i.test(stderr)) {
    return new CommandError('systemd does not run on the host', { hint: stderr.trim().split('\n')[0] ?? '' });
  }
  return new CommandError(`systemctl show ${name}: ${stderr.trim()}`);
}
