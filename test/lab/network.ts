/**
 * The lab's network: a namespace of its own with a bridge for the hosts.
 *
 * The way out, for apt, is slirp4netns: a user-space NAT in an ordinary process. So nothing of the control machine's
 * own network is touched: no bridge, no address, no route, no firewall rule, no forwarding. nftables rules inside the
 * namespace keep private networks of the surroundings out of reach.
 */

import { spawn } from 'node:child_process';
import { lookup } from 'node:dns/promises';
import { existsSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { acquireSettings, debianSources, mirrorsOf } from './apt-sources.ts';
import { inRun } from './paths.ts';
import { run, tryRun } from './process.ts';
import type { Site } from './site.ts';

/** slirp4netns's own name server; it asks those of the control machine. */
export const nameServer = '198.18.198.3';

export const bridge = 'br0';

/** Carries the packets of the namespace into ordinary sockets of the control machine. */
const UPLINK = 'slirp4netns';
const UPLINK_NETWORK = '198.18.198.0/24';
const READY_TIMEOUT_MS = 10_000;

/** Name of the site's network namespace. */
function namespaceOf(site: Site): string {
  return `mooring-lab-${site.name}`;
}

/** The argv that runs a command inside the site's network, nothing else changed. */
export function inNetwork(site: Site, ...argv: readonly string[]): string[] {
  // Not `ip netns exec`: it mounts a new /sys, which hides the cgroups.
  return ['nsenter', `--net=/run/netns/${namespaceOf(site)}`, ...argv];
}

export function networkIsUp(site: Site): boolean {
  const file = `/run/netns/${namespaceOf(site)}`;
  // Where /run is a disk, the file outlives a reboot of the machine, but is no namespace any more.
  return existsSync(file) && statSync(file).dev !== statSync(dirname(file)).dev;
}

/** Makes namespace, bridge, rules and the way out, as far as they are not there. */
export async function networkUp(site: Site): Promise<void> {
  mkdirSync(inRun(site.name), { recursive: true });
  if (!networkIsUp(site)) await makeNamespace(site);
  if (uplinkPid(site) === undefined) await startUplink(site);
}

/** Removes all of it. */
export async function networkDown(site: Site): Promise<void> {
  const pid = uplinkPid(site);
  if (pid !== undefined) process.kill(pid, 'SIGTERM');
  // The namespace takes its bridge and rules along.
  if (networkIsUp(site)) await run(['ip', 'netns', 'delete', namespaceOf(site)]);
}

async function makeNamespace(site: Site): Promise<void> {
  const rules = await ruleset();
  rmSync(`/run/netns/${namespaceOf(site)}`, { force: true });
  await run(['ip', 'netns', 'add', namespaceOf(site)]);
  const inside = (...argv: readonly string[]) => run(inNetwork(site, ...argv));
  await inside('ip', 'link', 'set', 'lo', 'up');
  await inside('ip', 'link', 'add', bridge, 'type', 'bridge', 'forward_delay', '0');
  await inside('ip', 'address', 'add', `${site.gateway}/${site.prefix}`, 'dev', bridge);
  await inside('ip', 'link', 'set', bridge, 'up');
  await inside('sh', '-c', 'echo 1 >/proc/sys/net/ipv4/ip_forward');
  await run(inNetwork(site, 'nft', '-f', '-'), { input: rules });
}

async function startUplink(site: Site): Promise<void> {
  const log = openSync(inRun(site.name, 'uplink.log'), 'w');
  const child = spawn(
    UPLINK,
    [
      ...['--netns-type=path', '--configure', '--mtu=1500', '--disable-host-loopback'],
      ...[`--cidr=${UPLINK_NETWORK}`, `/run/netns/${namespaceOf(site)}`, 'tap0'],
    ],
    { detached: true, stdio: ['ignore', log, log], cwd: '/' },
  );
  child.unref();
  writeFileSync(inRun(site.name, 'uplink.pid'), `${child.pid}\n`);
  const deadline = Date.now() + READY_TIMEOUT_MS;
  while ((await tryRun(inNetwork(site, 'ip', 'route', 'get', nameServer))).code !== 0) {
    if (Date.now() > deadline || child.exitCode !== null) {
      throw new Error(
        `the lab's way out (${UPLINK}) did not start: ${readFileSync(inRun(site.name, 'uplink.log'), 'utf8')}`,
      );
    }
    await delay(50);
  }
}

function uplinkPid(site: Site): number | undefined {
  const file = inRun(site.name, 'uplink.pid');
  if (!existsSync(file)) return undefined;
  const pid = Number(readFileSync(file, 'utf8'));
  const command = existsSync(`/proc/${pid}/cmdline`) ? readFileSync(`/proc/${pid}/cmdline`, 'utf8') : '';
  return command.startsWith(UPLINK) ? pid : undefined;
}

/** Rules of the namespace: hosts among themselves, the mirrors, names, the public web; nothing private. */
async function ruleset(): Promise<string> {
  const allowed = (await mirrorAddresses()).map(({ address, port }) => `${address} . ${port}`);
  const elements = allowed.length === 0 ? '' : `elements = { ${allowed.join(', ')} }`;
  return `
table inet lab {
  set mirrors { type ipv4_addr . inet_service; ${elements} }
  chain forward {
    type filter hook forward priority filter; policy drop;
    ct state established,related accept
    iifname "${bridge}" oifname "${bridge}" accept
    iifname "${bridge}" oifname "tap0" jump out
  }
  chain out {
    ip daddr ${nameServer} meta l4proto { tcp, udp } th dport 53 accept
    ip daddr . tcp dport @mirrors accept
    ip daddr { ${PRIVATE_NETWORKS.join(', ')} } reject with icmp type admin-prohibited
    tcp dport { 80, 443 } accept
    reject with icmpx type admin-prohibited
  }
  chain output {
    type filter hook output priority filter; policy accept;
    oifname "tap0" reject with icmpx type admin-prohibited
  }
  chain postrouting {
    type nat hook postrouting priority srcnat;
    oifname "tap0" masquerade
  }
}
`;
}

const PRIVATE_NETWORKS = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12'],
  ...['192.0.0.0/24', '192.0.2.0/24', '192.168.0.0/16', '198.18.0.0/15', '224.0.0.0/3'],
];

/** Where apt goes: the mirrors and proxies this machine uses, resolved. */
async function mirrorAddresses(): Promise<{ address: string; port: number }[]> {
  const proxies = (await acquireSettings()).replace(/^Acquire::https?::Proxy "(.*)";$/gm, 'URIs: $1');
  const mirrors = mirrorsOf(`${debianSources()}\n${proxies}`);
  const found = await Promise.all(
    mirrors.map(async ({ host, port }) => {
      const addresses = await lookup(host, { all: true, family: 4 });
      return addresses.map(({ address }) => ({ address, port }));
    }),
  );
  return found.flat();
}
