export type Color = 'green' | 'yellow' | 'red' | 'cyan' | 'magenta' | 'dim' | 'bold';

const codes: Readonly<Record<Color, readonly [number, number]>> = {
  green: [32, 39],
  yellow: [33, 39],
  red: [31, 39],
  cyan: [36, 39],
  magenta: [35, 39],
  dim: [2, 22],
  bold: [1, 22],
};

/** Colours text for a terminal, or leaves it as it is. */
export type Paint = (color: Color, text: string) => string;

/** @param enabled false = plain text (no terminal, NO_COLOR) */
export function createPaint(enabled: boolean): Paint {
  if (!enabled) return (_color, text) => text;
  return (color, text) => `\u001b[${codes[color][0]}m${text}\u001b[${codes[color][1]}m`;
}

/** The colour of a line of output, by the word it begins with. */
export function colorOf(line: string): Color | undefined {
  if (/^(fatal|failed|FAILED)/.test(line)) return 'red';
  if (line.startsWith('changed')) return 'yellow';
  if (line.startsWith('ok')) return 'green';
  if (/^(skipping|included|\.\.\.ignoring)/.test(line)) return 'cyan';
  if (/^(unknown|\[WARNING\])/.test(line)) return 'magenta';
  if (line.startsWith('+')) return 'green';
  if (line.startsWith('-')) return 'red';
  if (line.startsWith('@@')) return 'cyan';
  return undefined;
}
