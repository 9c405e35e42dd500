import type { Facts } from '../host-reads.ts';
import type { Sections } from './facts-sections.ts';

interface Address {
  readonly device: string;
  readonly family: 'inet' | 'inet6';
  readonly address: string;
  readonly prefix: number;
  readonly broadcast: string;
  readonly scope: string;
}

/** Interfaces with their addresses, and the default routes. */
export function networkFacts(sections: Sections): Facts {
  const links = (sections.get('links') ?? '').split('\n').flatMap(toLink);
  const addresses = (sections.get('addresses') ?? '').split('\n').flatMap(toAddress);
  const devices = Object.fromEntries(
    links.map((link) => [factName(link.device), deviceFacts(link, addresses)]),
  );
  return {
    ...devices,
    interfaces: links.map((link) => link.device),
    all_ipv4_addresses: addresses.filter(isOuter('inet')).map(({ address }) => address),
    all_ipv6_addresses: addresses.filter(isOuter('inet6')).map(({ address }) => address),
    default_ipv4: defaultRoute(sections.get('route4') ?? '', 'inet', links, addresses),
    default_ipv6: defaultRoute(sections.get('route6') ?? '', 'inet6', links, addresses),
  };
}

interface Link {
  readonly device: string;
  readonly mtu: number;
  readonly active: boolean;
  readonly type: string;
  readonly macaddress: string;
}

/** A line of `ip -o link show`. */
function toLink(line: string): Link[] {
  const match = /^\d+:\s+([^:@\s]+)(?:@[^:]*)?:\s+<([^>]*)>.*?\bmtu (\d+)/.exec(line);
  if (match === null) return [];
  const [, device = '', flags = '', mtu = '0'] = match;
  const hardware = /link\/(\S+)(?:\s+([0-9a-f:]{11,}))?/.exec(line);
  const isLoopback = flags.includes('LOOPBACK');
  return [
    {
      ...{ device, mtu: Number(mtu), active: flags.split(',').includes('UP') },
      type: isLoopback ? 'loopback' : (hardware?.[1] ?? 'unknown'),
      macaddress: isLoopback ? '' : (hardware?.[2] ?? ''),
    },
  ];
}

/** A line of `ip -o addr show`. */
function toAddress(line: string): Address[] {
  const match = /^\d+:\s+(\S+)\s+(inet6?)\s+([0-9a-f.:]+)(?:\s+peer\s+\S+?)?(?:\/(\d+))?/i.exec(line);
  if (match === null) return [];
  const [, device = '', family = '', address = '', prefix] = match;
  const isSix = family === 'inet6';
  return [
    {
      ...{ device, address, family: isSix ? 'inet6' : 'inet' },
      prefix: Number(prefix ?? (isSix ? 128 : 32)),
      broadcast: /\bbrd (\S+)/.exec(line)?.[1] ?? '',
      scope: /\bscope (\S+)/.exec(line)?.[1] ?? '',
    },
  ];
}

function deviceFacts(link: Link, addresses: readonly Address[]): Facts {
  const own = addresses.filter(({ device }) => device === link.device);
  const [first, ...secondaries] = own.filter(({ family }) => family === 'inet').map(ipv4Facts);
  const six = own.filter(({ family }) => family === 'inet6');
  return {
    ...{ device: link.device, active: link.active, type: link.type, mtu: link.mtu },
    ...(link.macaddress === '' ? {} : { macaddress: link.macaddress }),
    ...(first === undefined ? {} : { ipv4: first }),
    ...(secondaries.length === 0 ? {} : { ipv4_secondaries: secondaries }),
    ...(six.length === 0
      ? {}
      : { ipv6: six.map(({ address, prefix, scope }) => ({ address, prefix: String(prefix), scope })) }),
  };
}

function ipv4Facts({ address, prefix, broadcast }: Address): Facts {
  const mask = prefix === 0 ? 0 : (~0 << (32 - prefix)) >>> 0;
  return {
    ...{ address, broadcast, netmask: toDotted(mask), prefix: String(prefix) },
    network: toDotted((fromDotted(address) & mask) >>> 0),
  };
}

/** The line `default via GATEWAY dev DEVICE [src ADDRESS]` with the lowest metric. */
function defaultRoute(
  text: string,
  family: Address['family'],
  links: readonly Link[],
  addresses: readonly Address[],
): Facts {
  const metric = (line: string) => Number(/\bmetric (\d+)/.exec(line)?.[1] ?? 0);
  const [route] = text
    .split('\n')
    .filter((line) => line.startsWith('default'))
    .sort((a, b) => metric(a) - metric(b));
  const device = /\bdev (\S+)/.exec(route ?? '')?.[1];
  if (route === undefined || device === undefined) return {};
  const link = links.find((candidate) => candidate.device === device);
  const source = /\bsrc (\S+)/.exec(route)?.[1];
  const own = addresses.filter(
    (one) => one.device === device && one.family === family && one.scope === 'global',
  );
  const address = own.find((one) => one.address === source) ?? own[0];
  const gateway = /\bvia (\S+)/.exec(route)?.[1];
  return {
    ...(address === undefined ? {} : addressFacts(address)),
    ...{ interface: device, alias: device, type: link?.type ?? 'unknown', mtu: link?.mtu ?? 0 },
    ...(gateway === undefined ? {} : { gateway }),
    ...(link === undefined || link.macaddress === '' ? {} : { macaddress: link.macaddress }),
  };
}

function addressFacts(address: Address): Facts {
  if (address.family === 'inet') return ipv4Facts(address);
  return { address: address.address, prefix: String(address.prefix), scope: address.scope };
}

function isOuter(family: Address['family']): (address: Address) => boolean {
  return (one) => one.family === family && one.scope !== 'host';
}

/** Ansible's names of interfaces as facts. */
function factName(device: string): string {
  return device.replaceAll(/[-.:]/g, '_');
}

function fromDotted(address: string): number {
  return address.split('.').reduce((sum, part) => ((sum << 8) | Number(part)) >>> 0, 0);
}

function toDotted(number: number): string {
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join('.');
}
