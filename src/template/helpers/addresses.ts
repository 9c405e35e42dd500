import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net';
import { TemplateError } from '../../model/errors.ts';
import type { Value } from '../../model/value.ts';
import { type Helper, helper, textOf } from './helper.ts';

/** Helpers over IP addresses and networks. A list is filtered, one value gives the answer or false. */
export const addresses: readonly Helper[] = [
  helper(
    'ipaddr',
    ['value', 'query?'],
    'The value if it is an address, else false; the query asks for address, prefix, netmask, network, broadcast, subnet, size, version, or names a network it must be in.',
    ([value, query = '']) => eachOrOne(value, (text) => answer(text, textOf(query))),
  ),
  helper('ipv4', ['value', 'query?'], 'The same for IPv4 only.', ([value, query = '']) =>
    eachOrOne(value, (text) => (isIPv4(addressOf(text)) ? answer(text, textOf(query)) : false)),
  ),
  helper('ipv6', ['value', 'query?'], 'The same for IPv6 only.', ([value, query = '']) =>
    eachOrOne(value, (text) => (isIPv6(addressOf(text)) ? answer(text, textOf(query)) : false)),
  ),
  helper(
    'ipwrap',
    ['value'],
    'An IPv6 address in brackets, as URLs want it; anything else as it is.',
    ([value]) => (isIPv6(textOf(value)) ? `[${textOf(value)}]` : textOf(value)),
  ),
];

function eachOrOne(value: Value | undefined, ask: (text: string) => Value): Value {
  if (!Array.isArray(value)) return ask(textOf(value));
  return value.map((item: Value) => ask(textOf(item))).filter((item) => item !== false);
}

interface Network {
  readonly address: string;
  readonly prefix: number;
  readonly bits: 32 | 128;
}

function answer(text: string, query: string): Value {
  const network = parseNetwork(text);
  if (!network) return false;
  const value = toNumber(network.address);
  const hostBits = BigInt(network.bits - network.prefix);
  const mask = ((1n << BigInt(network.prefix)) - 1n) << hostBits;
  switch (query) {
    case '':
      return text;
    case 'address':
    case 'ip':
      return network.address;
    case 'prefix':
      return network.prefix;
    case 'netmask':
      return toAddress(mask, network.bits);
    case 'network':
      return toAddress(value & mask, network.bits);
    case 'broadcast':
      return toAddress((value & mask) | ((1n << hostBits) - 1n), network.bits);
    case 'subnet':
    case 'net':
      return `${toAddress(value & mask, network.bits)}/${network.prefix}`;
    case 'size':
      return Number(1n << hostBits);
    case 'version':
      return network.bits === 32 ? 4 : 6;
    default:
      return isWithin(network.address, query) ? text : false;
  }
}

function isWithin(address: string, query: string): boolean {
  const network = parseNetwork(query);
  if (!network) throw new TemplateError(`has no query "${query}"`);
  const family = network.bits === 32 ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  list.addSubnet(network.address, network.prefix, family);
  return (isIPv4(address) ? 'ipv4' : 'ipv6') === family && list.check(address, family);
}

function parseNetwork(text: string): Network | undefined {
  const [address = '', length, ...more] = text.split('/');
  const version = isIP(address);
  if (version === 0 || more.length > 0) return undefined;
  const bits = version === 4 ? 32 : 128;
  const prefix = length === undefined ? bits : /^\d+$/.test(length) ? Number(length) : prefixOf(length);
  return prefix === undefined || prefix > bits ? undefined : { address, prefix, bits };
}

/** 255.255.255.0 → 24. */
function prefixOf(netmask: string): number | undefined {
  if (!isIPv4(netmask)) return undefined;
  const bits = toNumber(netmask).toString(2).padStart(32, '0');
  return /^1*0*$/.test(bits) ? bits.replaceAll('0', '').length : undefined;
}

function addressOf(text: string): string {
  return text.split('/')[0] ?? '';
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

function toAddress(value: bigint, bits: 32 | 128): string {
  if (bits === 32) return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n)).join('.');
  const groups = Array.from({ length: 8 }, (_, index) =>
    ((value >> BigInt(16 * (7 - index))) & 0xffffn).toString(16),
  ).join(':');
  // The URL parser writes IPv6 in its shortest form.
  return new URL(`http://[${groups}]`).hostname.slice(1, -1);
}
