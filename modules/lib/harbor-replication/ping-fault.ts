import type { Ping } from '../harbor/api.ts';
import type { EndpointSettings } from '../harbor/model.ts';
import type { Peer } from './current.ts';

/**
 * What keeps this Harbor from an endpoint, with a way out; undefined where it answered.
 *
 * @param ping undefined = it was not asked
 * @param peer what the host itself found, for a Harbor 1.5 that does not say why
 */
export function pingFault(
  ping: Ping | undefined,
  endpoint: EndpointSettings,
  peer: Peer | undefined,
): string | undefined {
  if (ping?.reached === true) return undefined;
  const name = `endpoint ${endpoint.name} (${endpoint.url})`;
  if (!ping) return `${name} was not asked whether it answers: remote.password is needed for that`;
  switch (ping.cause) {
    case 'unreachable':
      return `${name} cannot be reached by this Harbor: ${ping.message}`;
    case 'certificate':
      return `${name} has a certificate that this Harbor does not trust: ${ping.message}. Set remote.ca (2.15 and later) or remote.insecure: true`;
    case 'credentials':
      return `${name} refuses the user ${endpoint.username}: ${ping.message}. Check remote.username and remote.password`;
    case 'unknown':
      return `${name} does not answer this Harbor as it should (${ping.message}), which does not say why; ${hostView(peer)}`;
  }
}

function hostView(peer: Peer | undefined): string {
  if (!peer) return 'its address, its certificate, remote.username or remote.password may be wrong';
  if (!peer.answers) return `asked from the host: ${peer.problem}`;
  return 'the host itself reaches it with this user and password, so Harbor’s containers may not resolve or reach that address, or not trust its certificate (remote.insecure: true)';
}
