import { ParamsError } from '../../src/module/index.ts';

// ESTABLISHED, SYN_SENT, SYN_RECV, FIN_WAIT1, FIN_WAIT2, TIME_WAIT (Linux, include/net/tcp_states.h)
const activeStates = '^(01|02|03|04|05|06)$';

/**
 * A script that succeeds when the kernel's tables show no connection to a local port.
 *
 * @param address only connections to this local IPv4 address count; 0.0.0.0, :: or a name = to any
 * @param port local port
 * @param excluded remote IPv4 addresses whose connections do not count
 */
export function drainedScript(address: string, port: number, excluded: readonly string[]): string {
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
  const local = isIpv4(address) && address !== '0.0.0.0' ? hexAddress(address) : '';
  const remote = excluded.map((host) => {
    if (!isIpv4(host)) throw new ParamsError(`exclude_hosts takes IPv4 addresses, not "${host}"`);
    return hexAddress(host);
  });
  // An IPv4 peer of an IPv6 socket ends in the same eight digits.
  const program = [
    `$4 ~ /${activeStates}/ && $2 ~ /${local}:${hexPort}$/`,
    ...remote.map((hex) => `$3 !~ /${hex}:/`),
  ].join(' && ');
  return `cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk '${program} { left++ } END { if (left) print left " connections left"; exit left > 0 }'`;
}

function isIpv4(text: string): boolean {
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(text);
}

/** As /proc/net/tcp prints it on little-endian machines. */
function hexAddress(address: string): string {
  const bytes = address.split('.').map((part) => Number(part).toString(16).toUpperCase().padStart(2, '0'));
  return bytes.reverse().join('');
}
