import type { DesiredClient } from './edit.ts';
import { effectiveOptions } from './options.ts';

const world = ['*', '0.0.0.0/0', '0.0.0.0/0.0.0.0', '::/0'];

/** Why this client must not be written into an exports file, or undefined. */
export function clientFault(client: DesiredClient, allowInsecure: boolean): string | undefined {
  if (/[\s()#"\\]/.test(client.host) || client.host.startsWith('-')) {
    return 'a host is a name, an address, a network, @netgroup or a pattern, without blanks';
  }
  if (!world.includes(client.host) || allowInsecure) return undefined;
  const options = effectiveOptions(client.options);
  const rootStaysRoot =
    options.get('root_squash') === 'no_root_squash' && options.get('no_all_squash') !== 'all_squash';
  const opaque = options.get('flavours')?.includes('no_root_squash') === true;
  if (!rootStaysRoot && !opaque) return undefined;
  return (
    'no_root_squash for the whole world: root of any machine that reaches this server could change every file; ' +
    'name the clients, leave out no_root_squash, or set allow_insecure: true'
  );
}
