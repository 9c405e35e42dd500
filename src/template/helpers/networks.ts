import { isIP, isIPv4 } from 'node:net';

/** An address, and the network it stands in; an address alone is a network of its own. */
export interface Network {
  readonly address: bigint;
  /** How many bits name the network. */
  readonly prefix: number;
  readonly bits: 32 | 128;
}

/** `10.1.2.3`, `10.1.2.3/20`, `10.1.2.3/255.255.240.0`, `fe80::1/64`; undefined for anything else. */
export function parseNetwork(text: string): Network | undefined {
  const [address = '', length, ...more] = text.split('/');
  const version = isIP(address);
  if (version === 0 || more.length > 0) return undefined;
  const bits = version === 4 ? 32 : 128;
  const prefix = length === undefined ? bits : /^\d+$/.test(length) ? Number(length) : prefixOf(length);
  if (prefix === undefined || prefix > bits) return undefined;
  return { address: toNumber(address), prefix, bits };
}

/** The first address of the network. */
export function firstOf({ address, prefix, bits }: Network): bigint {
  const hostBits = BigInt(bits - prefix);
  return (address >> hostBits) << hostBits;
}

/** The last address of the network. */
export function lastOf(network: Network): bigint {
  return firstOf(network) | (sizeOf(network) - 1n);
}

/** How many addresses the network has. */
export function sizeOf({ prefix, bits }: Network): bigint {
  return 1n << BigInt(bits - prefix);
}

/** True where the whole of one network lies in the other. */
export function isWithin(inner: Network, outer: Network): boolean {
  if (inner.bits !== outer.bits || inner.prefix < outer.prefix) return false;
  return firstOf({ ...inner, prefix: outer.prefix }) === firstOf(outer);
}

/** An address in its shortest form. */
export function toAddress(value: bigint, bits: 32 | 128): string {
  if (bits === 32) return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n)).join('.');
  const groups = hexGroups(value).join(':');
  // The URL parser writes IPv6 in its shortest form.
  return new URL(`http://[${groups}]`).hostname.slice(1, -1);
}

/** The name under which DNS knows an address. */
export function reverseName(value: bigint, bits: 32 | 128): string {
  if (bits === 32) return `${toAddress(value, bits).split('.').reverse().join('.')}.in-addr.arpa.`;
  const digits = value.toString(16).padStart(32, '0');
  return `${[...digits].reverse().join('.')}.ip6.arpa.`;
}

function hexGroups(value: bigint): string[] {
  return Array.from({ length: 8 }, (_, index) =>
    ((value >> BigInt(16 * (7 - index))) & 0xffffn).toString(16),
  );
}

/** 255.255.255.0 → 24. */
function prefixOf(netmask: string): number | undefined {
  if (!isIPv4(netmask)) return undefined;
  const bits = toNumber(netmask).toString(2).padStart(32, '0');
  return /^1*0*$/.test(bits) ? bits.replaceAll('0', '').length : undefined;
}

function toNumber(address: string): bigint {
  if (isIPv4(address)) return address.split('.').reduce((sum, part) => (sum << 8n) + BigInt(part), 0n);
  return groupsOf(address).reduce((sum, group) => (sum << 16n) + BigInt(`0x${group}`), 0n);
}

function groupsOf(address: string): string[] {
  const plain = (address.split('%')[0] ?? '').replace(/[\d.]+$/, (tail) =>
    tail.includes('.') ? hexOf(tail) : tail,
  );
  const [head = '', tail] = plain.split('::');
  const left = head === '' ? [] : head.split(':');
  if (tail === undefined) return left;
  const right = tail === '' ? [] : tail.split(':');
  return [...left, ...Array.from({ length: 8 - left.length - right.length }, () => '0'), ...right];
}

/** The dotted end of `::ffff:10.0.0.1` as two groups. */
function hexOf(dotted: string): string {
  const value = toNumber(dotted);
  return `${(value >> 16n).toString(16)}:${(value & 0xffffn).toString(16)}`;
}
