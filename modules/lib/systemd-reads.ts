import type { HostAccess, UnitState } from '../../src/module/index.ts';
import { suggest } from '../../src/module/index.ts';

const suffixes = /\.(service|socket|device|mount|automount|swap|target|path|timer|slice|scope)$/;

/** The unit's name with its suffix; a bare name is a service. */
export function fullUnitName(name: string): string {
  return suffixes.test(name) ? name : `${name}.service`;
}

/** `is-enabled` is asked only where UnitFileState does not tell: init scripts, whose units are generated. */
export async function readEnabled(host: HostAccess, unit: UnitState): Promise<string> {
  if (unit.load === 'not-found' || !['', 'generated'].includes(unit.enabled)) return unit.enabled;
  const { stdout } = await host.run(['systemctl', 'is-enabled', unit.name], { needs: [{ unit: unit.name }] });
  return stdout.trim();
}

/** True where a unit file of that name exists, whether systemd has read it or not. */
export async function isUnitOnDisk(host: HostAccess, name: string): Promise<boolean> {
  return (await listUnitFiles(host, [name])).length > 0;
}

/** Units whose name is close to one that does not exist. */
export async function similarUnits(host: HostAccess, name: string): Promise<string[]> {
  const nearest = suggest(name, await listUnitFiles(host, []));
  return nearest === undefined ? [] : [nearest];
}

/**
 * True where a unit file, a drop-in or /etc/fstab (of which mount units are made) is newer than the
 * last time systemd read them all.
 */
export async function areUnitsStale(host: HostAccess): Promise<boolean> {
  const { stdout } = await host.script(staleScript);
  return stdout.trim() !== '';
}

const staleScript = `loaded=$(systemctl show --property=UnitsLoadTimestamp --timestamp=us --value 2>/dev/null) ||
  loaded=$(systemctl show --property=UnitsLoadTimestamp --value)
[ -n "$loaded" ] || exit 0
for directory in /etc/fstab /etc/systemd/system /run/systemd/system /usr/local/lib/systemd/system \\
  /usr/lib/systemd/system /lib/systemd/system; do
  [ -e "$directory" ] || continue
  find -H "$directory" -newermt "\${loaded#* }" -print 2>/dev/null | head -n 1
done`;

async function listUnitFiles(host: HostAccess, names: readonly string[]): Promise<string[]> {
  const argv = ['systemctl', 'list-unit-files', '--no-legend', '--no-pager', '--full', ...names];
  const { stdout } = await host.run(argv);
  return stdout
    .split('\n')
    .map((line) => line.trim().split(/\s+/)[0] ?? '')
    .filter((name) => name !== '');
}
