import { isIPv6 } from 'node:net';
import { TemplateError } from '../../model/errors.ts';
import { isMap, type Value } from '../../model/value.ts';
import { suggest } from '../../util/suggest.ts';
import { type Helper, helper, textOf } from './helper.ts';
import {
  firstOf,
  isWithin,
  lastOf,
  type Network,
  parseNetwork,
  reverseName,
  sizeOf,
  toAddress,
} from './networks.ts';

/** Helpers over IP addresses and networks. A list is filtered, one value gives the answer or false. */
export const addresses: readonly Helper[] = [
  helper(
    'ipaddr',
    ['value', 'query?'],
    'The value if it is an address, else false. The query asks for address, prefix, netmask, hostmask, network, network/prefix, broadcast, subnet, net, host, size, version, int, revdns, first_usable, last_usable or the n-th address, wants it to be private, public, loopback, multicast or link-local, or names a network that it must be in.',
    ([value, query = '']) => eachOrOne(value, undefined, query),
  ),
  helper('ipv4', ['value', 'query?'], 'The same for IPv4 only.', ([value, query = '']) =>
    eachOrOne(value, 32, query),
  ),
  helper('ipv6', ['value', 'query?'], 'The same for IPv6 only.', ([value, query = '']) =>
    eachOrOne(value, 128, query),
  ),
  helper(
    'ipwrap',
    ['value'],
    'An IPv6 address in brackets, as URLs want it; anything else as it is.',
    ([value]) => {
      const [address = '', ...rest] = textOf(value).split('/');
      return isIPv6(address) ? [`[${address}]`, ...rest].join('/') : textOf(value);
    },
  ),
];

function eachOrOne(value: Value | undefined, bits: 32 | 128 | undefined, query: Value): Value {
  const asked = typeof query === 'number' ? query : textOf(query);
  const one = (item: Value) => {
    if (item === null || typeof item === 'boolean' || isMap(item)) return false;
    const text = textOf(item);
    const network = parseNetwork(text);
    if (!network || (bits !== undefined && network.bits !== bits)) return false;
    return answer(network, written(network, text), asked);
  };
  if (!Array.isArray(value)) return one(value ?? null);
  return value.map(one).filter((item) => item !== false);
}

/** As it was written, an IPv6 address in its shortest form. */
function written({ address, bits }: Network, text: string): string {
  return [toAddress(address, bits), ...text.split('/').slice(1)].join('/');
}

function answer(network: Network, text: string, query: string | number): Value {
  if (query === '') return text;
  if (typeof query === 'number' || /^-?\d+$/.test(query)) return nth(network, BigInt(query));
  const asked = queries[query];
  if (asked) return asked(network);
  const kind = kinds[query];
  if (kind) return networks(kind).some((outer) => isWithin(network, outer)) ? text : false;
  if (query === 'public') return isPublic(network) ? text : false;
  const outer = parseNetwork(query);
  if (outer) return isWithin(network, outer) ? text : false;
  const nearest = suggest(query, [...Object.keys(queries), ...Object.keys(kinds), 'public']);
  throw new TemplateError(`has no query "${query}"`, nearest ? { hint: `did you mean "${nearest}"?` } : {});
}

const queries: Readonly<Record<string, (network: Network) => Value>> = {
  address: (network) => (isHost(network) ? toAddress(network.address, network.bits) : false),
  ip: (network) => (isHost(network) ? toAddress(network.address, network.bits) : false),
  prefix: ({ prefix }) => prefix,
  netmask: (network) => toAddress(allOnes(network) ^ (sizeOf(network) - 1n), network.bits),
  hostmask: (network) => toAddress(sizeOf(network) - 1n, network.bits),
  wildcard: (network) => toAddress(sizeOf(network) - 1n, network.bits),
  network: (network) => toAddress(firstOf(network), network.bits),
  'network/prefix': (network) => withPrefix(network, firstOf(network)),
  broadcast: (network) => (hasBroadcast(network) ? toAddress(lastOf(network), network.bits) : false),
  subnet: (network) => withPrefix(network, firstOf(network)),
  net: (network) =>
    sizeOf(network) > 1n && network.address === firstOf(network) && withPrefix(network, network.address),
  host: (network) => isHost(network) && withPrefix(network, network.address),
  'host/prefix': (network) => isHost(network) && withPrefix(network, network.address),
  'ip/prefix': (network) => isHost(network) && sizeOf(network) > 1n && withPrefix(network, network.address),
  first_usable: (network) => usable(network, firstOf(network) + (hasBroadcast(network) ? 1n : 0n)),
  last_usable: (network) => usable(network, lastOf(network) - (hasBroadcast(network) ? 1n : 0n)),
  size: (network) => Number(sizeOf(network)),
  version: ({ bits }) => (bits === 32 ? 4 : 6),
  int: ({ address, prefix, bits }) => (prefix === bits ? safeNumber(address) : `${address}/${prefix}`),
  revdns: ({ address, bits }) => reverseName(address, bits),
};

/** Texts until they are asked for: reading an IPv6 address compiles a large regular expression. */
const kinds: Readonly<Record<string, readonly string[]>> = {
  private: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7', 'fec0::/10'],
  loopback: ['127.0.0.0/8', '::1/128'],
  multicast: ['224.0.0.0/4', 'ff00::/8'],
  'link-local': ['169.254.0.0/16', 'fe80::/10'],
};

function networks(texts: readonly string[]): Network[] {
  return texts.flatMap((text) => parseNetwork(text) ?? []);
}

function isPublic(network: Network): boolean {
  const others = [...Object.values(kinds).flat(), '0.0.0.0/8', '100.64.0.0/10', '240.0.0.0/4', '::/128'];
  return !networks(others).some((outer) => isWithin(network, outer));
}

/** The n-th address of the network; negative numbers count from its end. */
function nth(network: Network, index: bigint): Value {
  const size = sizeOf(network);
  const offset = index < 0n ? size + index : index;
  return offset >= 0n && offset < size ? withPrefix(network, firstOf(network) + offset) : false;
}

/** The first address of a network names the network, no host in it; /31 and /32 have hosts only. */
function isHost(network: Network): boolean {
  return network.address !== firstOf(network) || !hasBroadcast(network);
}

function hasBroadcast({ prefix, bits }: Network): boolean {
  return bits === 32 ? bits - prefix > 1 : prefix < bits;
}

function usable(network: Network, value: bigint): Value {
  return sizeOf(network) > 1n && toAddress(value, network.bits);
}

function withPrefix({ prefix, bits }: Network, value: bigint): string {
  return `${toAddress(value, bits)}/${prefix}`;
}

function allOnes({ bits }: Network): bigint {
  return (1n << BigInt(bits)) - 1n;
}

function safeNumber(value: bigint): Value {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : String(value);
}
