import type { Value } from '../model/value.ts';
import { type ScalarShape, type SourceText, setPlace, setStart } from './positions.ts';

/** Texts shorter than this are parsed as fast by the full parser, as far as people can tell. */
const worthIt = 50_000;

/** Whether `readPlainYaml` is worth trying. */
export function isLargeYaml(text: string): boolean {
  return text.length >= worthIt;
}

/**
 * Reads the plainest of YAML ten times as fast as the full parser: block mappings of plain names, with short
 * scalars and comments. Inventories of ten thousand hosts are that, and their size is what makes it worth it.
 *
 * @returns undefined where anything is beyond that, or wrong: then the full parser has to look
 */
export function readPlainYaml(source: SourceText): Value | undefined {
  return beyond.test(source.text) ? undefined : new PlainReader(source).read();
}

/** Tabs, carriage returns, other control characters and the line breaks that only YAML 1.1 knew. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const beyond = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff]/;

const name = String.raw`[A-Za-z_][\w.-]*|\d{1,3}(?:\.\d{1,3}){3}`;
const words = String.raw`[A-Za-z/][\w./+@-]*(?: [\w./+@-]+)*`;
const numbers = String.raw`\d[\d./]*`;
const quoted = String.raw`"[^"\\]*"|'[^']*'`;
const scalar = `${quoted}|\\{\\}|${words}|${numbers}`;
const entry = new RegExp(`^( *)(${name}):(?:$| +(${scalar})(?: *| +#.*)$)`);
const nothing = /^ *(?:#.*)?$/;

/** Names that YAML or this project reads in a way of its own. */
const strangeKeys = /^(?:null|true|false|__proto__|mode|directory_mode|umask)$/i;
const strangeWords = /^(?:null|true|false|yes|no|on|off)$/i;

interface Level {
  readonly indent: number;
  readonly map: Record<string, Value>;
}

/** A key whose value has not been seen yet. */
interface Open {
  readonly key: string;
  readonly at: number;
}

class PlainReader {
  readonly #source: SourceText;
  readonly #levels: Level[] = [];
  #open: Open | undefined;

  constructor(source: SourceText) {
    this.#source = source;
  }

  read(): Value | undefined {
    const { text } = this.#source;
    let mayBegin = true;
    for (let start = 0; start < text.length; ) {
      const newline = text.indexOf('\n', start);
      const end = newline === -1 ? text.length : newline;
      const line = text.slice(start, end);
      const isStart = mayBegin && line === '---';
      if (!isStart && !nothing.test(line) && !this.#entry(line, start)) return undefined;
      if (isStart || this.#levels.length > 0) mayBegin = false;
      start = end + 1;
    }
    this.#close();
    return this.#levels[0]?.map;
  }

  #entry(line: string, start: number): boolean {
    const match = entry.exec(line);
    if (!match) return false;
    const [, spaces = '', key = '', written] = match;
    const indent = spaces.length;
    const at = start + indent;
    const map = this.#mapAt(indent, at);
    if (!map || Object.hasOwn(map, key) || strangeKeys.test(key) || key.length > 500) return false;
    if (written === undefined) {
      map[key] = null;
      this.#open = { key, at };
      return true;
    }
    const value = scalarOf(written);
    if (value === undefined) return false;
    const valueAt = start + line.indexOf(written, indent + key.length + 1);
    map[key] = value;
    if (written === '{}' && typeof value === 'object' && value) setStart(value, this.#source, valueAt);
    setPlace(map, key, { source: this.#source, key: at, value: valueAt, shape: shapeOf(written) });
    return true;
  }

  /** The mapping an entry of this indent belongs to; undefined where there is none. */
  #mapAt(indent: number, at: number): Record<string, Value> | undefined {
    const last = this.#levels.at(-1);
    if (!last || (this.#open && indent > last.indent)) return this.#begin(indent, at, last);
    this.#close();
    while ((this.#levels.at(-1)?.indent ?? -1) > indent) this.#levels.pop();
    const level = this.#levels.at(-1);
    return level?.indent === indent ? level.map : undefined;
  }

  /** The first entry of a mapping begins it. */
  #begin(indent: number, at: number, parent: Level | undefined): Record<string, Value> | undefined {
    if (!parent && indent > 0) return undefined;
    const map: Record<string, Value> = {};
    setStart(map, this.#source, at);
    if (parent && this.#open) {
      const { key, at: keyAt } = this.#open;
      parent.map[key] = map;
      setPlace(parent.map, key, { source: this.#source, key: keyAt, value: at, shape: 'other' });
    }
    this.#open = undefined;
    this.#levels.push({ indent, map });
    return map;
  }

  /** A key that nothing followed is worth null, which stands right behind its colon. */
  #close(): void {
    const map = this.#levels.at(-1)?.map;
    if (!this.#open || !map) return;
    const { key, at } = this.#open;
    setPlace(map, key, { source: this.#source, key: at, value: at + key.length + 1, shape: 'plain' });
    this.#open = undefined;
  }
}

function scalarOf(written: string): Value | undefined {
  const first = written[0] ?? '';
  if (first === '"' || first === "'") return written.slice(1, -1);
  if (first === '{') return {};
  if (/\d/.test(first)) return numberOf(written);
  if (!strangeWords.test(written)) return written;
  if (written === 'true') return true;
  return written === 'false' ? false : undefined;
}

/** Whole numbers; addresses and versions are text; the rest is for the full parser. */
function numberOf(written: string): Value | undefined {
  if (/^(?:0|[1-9]\d{0,14})$/.test(written)) return Number(written);
  return /^\d+(?:\.\d+){2,}$|^[\d.]+\/\d+$/.test(written) ? written : undefined;
}

function shapeOf(written: string): ScalarShape {
  const first = written[0];
  if (first === '"') return 'double';
  if (first === "'") return 'single';
  return first === '{' ? 'other' : 'plain';
}
