import { createHash, getHashes } from 'node:crypto';
import { TemplateError } from '../../model/errors.ts';
import { isMap, type Value, type ValueMap } from '../../model/value.ts';
import { suggest } from '../../util/suggest.ts';
import { parseYaml, toYaml } from '../../util/yaml.ts';
import { type JsonOptions, toJson } from '../text.ts';
import { type Helper, helper, numberOf, textOf } from './helper.ts';

/** Helpers between values and their written forms. */
export const encodings: readonly Helper[] = [
  helper('to_json', ['value', '*indent', '*sort_keys'], 'JSON on one line.', ([value = null], keywords) =>
    toJson(value, jsonOptions(keywords)),
  ),
  helper(
    'to_nice_json',
    ['value', '*indent', '*sort_keys'],
    'JSON with 4 spaces of indentation, keys sorted.',
    ([value = null], keywords) => toJson(value, { indent: 4, sortKeys: true, ...jsonOptions(keywords) }),
  ),
  helper('from_json', ['text'], 'The value of JSON text.', ([text]) => fromJson(textOf(text))),
  helper('to_yaml', ['value', '*indent'], 'YAML, 2 spaces of indentation.', ([value = null], keywords) =>
    toYaml(value, { indent: numberOf(keywords.get('indent') ?? 2) }),
  ),
  helper('to_nice_yaml', ['value', '*indent'], 'YAML, 4 spaces of indentation.', ([value = null], keywords) =>
    toYaml(value, { indent: numberOf(keywords.get('indent') ?? 4) }),
  ),
  helper('from_yaml', ['text'], 'The value of YAML text.', ([text]) => fromYaml(textOf(text))),
  helper('b64encode', ['text'], 'Base64 of the text in UTF-8.', ([text]) =>
    Buffer.from(textOf(text), 'utf8').toString('base64'),
  ),
  helper('b64decode', ['text'], 'The text of Base64.', ([text]) => fromBase64(textOf(text))),
  helper(
    'hash',
    ['text', 'algorithm?'],
    'Hexadecimal digest; sha1 if not said.',
    ([text, algorithm = 'sha1']) => digest(textOf(text), textOf(algorithm)),
  ),
  helper('checksum', ['text'], 'SHA-1 of the text, hexadecimal.', ([text]) => digest(textOf(text), 'sha1')),
  helper('md5', ['text'], 'MD5 of the text, hexadecimal.', ([text]) => digest(textOf(text), 'md5')),
  helper('sha1', ['text'], 'SHA-1 of the text, hexadecimal.', ([text]) => digest(textOf(text), 'sha1')),
  helper('to_uuid', ['text', 'namespace?'], 'A UUID that is the same for the same text.', ([text, space]) =>
    uuidOf(textOf(text), space === undefined ? ansibleNamespace : textOf(space)),
  ),
  helper(
    'urlencode',
    ['value'],
    'Text safe as a path of a URL (slashes stay); a mapping as a query.',
    ([value]) => (isMap(value) ? query(value) : encodeURIComponent(textOf(value)).replaceAll('%2F', '/')),
  ),
  helper('urldecode', ['text'], 'The text of a part of a URL.', ([text]) => fromUrl(textOf(text))),
  helper(
    'urlsplit',
    ['url', 'part?'],
    'The parts of a URL, or one of them: scheme, hostname, port, path, query…',
    ([url, part]) => urlParts(textOf(url), part),
  ),
];

function jsonOptions(keywords: ReadonlyMap<string, Value>): JsonOptions {
  const indent = keywords.get('indent');
  const sortKeys = keywords.get('sort_keys');
  return {
    ...(indent === undefined ? {} : { indent: numberOf(indent) }),
    ...(sortKeys === undefined ? {} : { sortKeys: sortKeys === true }),
  };
}

function fromJson(text: string): Value {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TemplateError(`cannot read this JSON: ${reason}`, { cause });
  }
}

function fromYaml(text: string): Value {
  const { value, faults } = parseYaml(text, { file: 'text' });
  const error = faults.find((fault) => fault.severity === 'error');
  if (error)
    throw new TemplateError(
      `cannot read this YAML: ${error.message}`,
      error.hint ? { hint: error.hint } : {},
    );
  return value ?? null;
}

function fromBase64(text: string): string {
  if (!/^[A-Za-z0-9+/_\s-]*={0,2}\s*$/.test(text)) throw new TemplateError('needs Base64');
  return Buffer.from(text, 'base64').toString('utf8');
}

function digest(text: string, algorithm: string): string {
  const name = algorithm.replace(/^(sha3|sha512)_/, '$1-');
  if (!getHashes().includes(name)) {
    const nearest = suggest(algorithm, ['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512']);
    throw new TemplateError(
      `has no algorithm "${algorithm}"`,
      nearest ? { hint: `did you mean "${nearest}"?` } : {},
    );
  }
  return createHash(name).update(text, 'utf8').digest('hex');
}

const ansibleNamespace = '361E6D51-FAEC-444A-9079-341386DA8E2E';

/** RFC 9562, version 5. */
function uuidOf(text: string, namespace: string): string {
  const space = namespace.replaceAll('-', '');
  if (!/^[0-9a-f]{32}$/i.test(space)) throw new TemplateError('needs a namespace that is a UUID');
  const bytes = createHash('sha1').update(Buffer.from(space, 'hex')).update(text, 'utf8').digest();
  bytes.writeUInt8(((bytes[6] ?? 0) % 16) + 80, 6);
  bytes.writeUInt8(((bytes[8] ?? 0) % 64) + 128, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
}

function query(values: ValueMap): string {
  const parameters = Object.entries(values).map(([key, value]): [string, string] => [key, textOf(value)]);
  return new URLSearchParams(parameters).toString();
}

function fromUrl(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch (cause) {
    throw new TemplateError('needs text made by urlencode', { cause });
  }
}

function urlParts(text: string, part: Value | undefined): Value {
  if (!URL.canParse(text)) throw new TemplateError(`needs a URL, not ${JSON.stringify(text)}`);
  const url = new URL(text);
  const parts: Record<string, Value> = {
    scheme: url.protocol.replace(/:$/, ''),
    username: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    hostname: url.hostname,
    port: url.port === '' ? null : Number(url.port),
    netloc: text.replace(/^[^/]*\/\/([^/?#]*).*$/s, '$1'),
    path: url.pathname,
    query: url.search.replace(/^\?/, ''),
    fragment: url.hash.replace(/^#/, ''),
  };
  if (part === undefined) return parts;
  const found = parts[textOf(part)];
  if (found !== undefined) return found;
  throw new TemplateError(`has no part "${textOf(part)}"`, {
    hint: `one of ${Object.keys(parts).join(', ')}`,
  });
}
