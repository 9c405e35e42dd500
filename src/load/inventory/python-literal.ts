import type { Value } from '../../model/value.ts';

/**
 * What a value in an INI inventory is worth: the Python literal it spells (numbers, `True`, `None`,
 * quoted text, lists, dictionaries), or else the text itself.
 */
export function readPythonLiteral(text: string): Value {
  if (isPlainText.test(text)) return text;
  try {
    return new LiteralReader(text).whole();
  } catch (error) {
    if (error === noLiteral) return text;
    throw error;
  }
}

/** Starts as no literal does; most values of an inventory are such text. */
const isPlainText = /^(?![uUrR]?["']|True|False|None)[A-Za-z_/~]/;

/** Made once: the trace of an error costs more than reading the text. */
const noLiteral = new Error('no literal');

const words: ReadonlyMap<string, Value> = new Map<string, Value>([
  ['True', true],
  ['False', false],
  ['None', null],
]);

const number =
  /[+-]?\s*(?:0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|(?:\d(?:_?\d)*)?\.?(?:\d(?:_?\d)*)?(?:[eE][+-]?\d+)?)/y;

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '\n': '',
};

/** A reader for the values `ast.literal_eval` of Python knows; sets, bytes and complex numbers excepted. */
class LiteralReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  whole(): Value {
    const first = this.#value();
    const value = this.#peek() === ',' ? this.#items('', [first]) : first;
    if (this.#peek() !== '') throw noLiteral;
    return value;
  }

  #value(): Value {
    const next = this.#peek();
    if (next === '[') return this.#list(']');
    if (next === '(') return this.#tuple();
    if (next === '{') return this.#dictionary();
    if (/^[uUrR]?["']/.test(this.#text.slice(this.#at))) return this.#strings();
    const word = /[A-Za-z]+(?!\w)/y;
    word.lastIndex = this.#at;
    const known = words.get(word.exec(this.#text)?.[0] ?? '');
    if (known !== undefined) {
      this.#at = word.lastIndex;
      return known;
    }
    return this.#number();
  }

  #number(): Value {
    number.lastIndex = this.#at;
    const text = (number.exec(this.#text)?.[0] ?? '').replaceAll(/[_\s]/g, '');
    const digits = text.replace(/^[+-]/, '');
    if (!/\d/.test(digits) || /^0\d*[1-9]\d*$/.test(digits)) throw noLiteral;
    this.#at = number.lastIndex;
    if (/\w/.test(this.#text[this.#at] ?? '')) throw noLiteral;
    const value = Number(digits) * (text.startsWith('-') ? -1 : 1);
    if (/^\d+$/.test(digits) && !Number.isSafeInteger(value)) throw noLiteral;
    return value;
  }

  #list(close: string): Value[] {
    this.#expect('[');
    return this.#items(close, []);
  }

  /** `(x)` is x itself, `(x,)` and `(x, y)` are lists. */
  #tuple(): Value {
    this.#expect('(');
    if (this.#peek() === ')') return this.#items(')', []);
    const first = this.#value();
    if (this.#peek() === ',') return this.#items(')', [first]);
    this.#expect(')');
    return first;
  }

  /** Reads on after `start` up to the closing bracket, or to the end of the text for ''. */
  #items(close: string, start: readonly Value[]): Value[] {
    const items = [...start];
    while (true) {
      if (items.length > 0 && this.#peek() !== close) this.#expect(',');
      if (this.#peek() === close) break;
      items.push(this.#value());
    }
    if (close !== '') this.#expect(close);
    return items;
  }

  #dictionary(): Value {
    this.#expect('{');
    const map: Record<string, Value> = {};
    let first = true;
    while (true) {
      if (!first && this.#peek() !== '}') this.#expect(',');
      if (this.#peek() === '}') break;
      const key = this.#value();
      if (typeof key === 'object' || key === '__proto__') throw noLiteral;
      this.#expect(':');
      map[String(key)] = this.#value();
      first = false;
    }
    this.#expect('}');
    return map;
  }

  /** Texts that follow each other are one text. */
  #strings(): string {
    let text = '';
    while (/^[uUrR]?["']/.test(this.#text.slice(this.#at))) {
      text += this.#string();
      this.#peek();
    }
    return text;
  }

  #string(): string {
    const prefix = this.#text[this.#at] ?? '';
    const raw = /[rR]/.test(prefix);
    if (/[uUrR]/.test(prefix)) this.#at++;
    const quote = this.#text[this.#at++] ?? '';
    let text = '';
    while (this.#text[this.#at] !== quote) {
      const character = this.#text[this.#at];
      if (character === undefined || character === '\n') throw noLiteral;
      text += character === '\\' ? this.#escape(raw) : character;
      this.#at++;
    }
    this.#at++;
    return text;
  }

  /** Reads the escape that starts here and stops on its last character. */
  #escape(raw: boolean): string {
    const next = this.#text[this.#at + 1] ?? '';
    const code = /^\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|([0-7]{1,3}))/.exec(this.#text.slice(this.#at));
    if (!raw && code) {
      this.#at += code[0].length - 1;
      const [, byte, unit, octal] = code;
      const value = octal === undefined ? Number.parseInt(byte ?? unit ?? '', 16) : Number.parseInt(octal, 8);
      return String.fromCharCode(value);
    }
    this.#at++;
    if (raw) return `\\${next}`;
    return escapes[next] ?? `\\${next}`;
  }

  /** The next character that is no space, or '' at the end. */
  #peek(): string {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at++;
    return this.#text[this.#at] ?? '';
  }

  #expect(character: string): void {
    if (this.#peek() !== character) throw noLiteral;
    this.#at++;
  }
}
