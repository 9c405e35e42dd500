import { describe, expect, it } from 'vitest';
import { FrameReader, frameRequest, type Mark } from '../../src/connection/frame.ts';
import { noInput } from '../../src/connection/script-text.ts';

const token = 'mooring-0123456789abcdef01234567';
const mark = (text: string) => `\x1e${token} ${text}\n`;

function read(chunks: readonly Buffer[]): { data: string; marks: Mark[] } {
  const seen = { data: '', marks: [] as Mark[] };
  const reader = new FrameReader(token, {
    onMark: (found) => seen.marks.push(found),
    onData: (chunk) => {
      seen.data += chunk.toString('latin1');
    },
  });
  for (const chunk of chunks) reader.push(chunk);
  reader.end();
  return seen;
}

describe('FrameReader', () => {
  const stream = `noise${mark('b 1')}out\x1eput\x1emooring-\n${mark('e 1 42')}${mark('b 2')}${mark('e 2 0')}tail\x1emoor`;

  it('tells marks from data, wherever the stream is cut', () => {
    const bytes = Buffer.from(stream, 'latin1');
    const whole = read([bytes]);
    expect(whole.data).toBe('noiseout\x1eput\x1emooring-\ntail\x1emoor');
    expect(whole.marks).toEqual([
      { kind: 'b', id: 1, rest: '' },
      { kind: 'e', id: 1, rest: '42' },
      { kind: 'b', id: 2, rest: '' },
      { kind: 'e', id: 2, rest: '0' },
    ]);
    for (let at = 1; at < bytes.length; at++) {
      expect(read([bytes.subarray(0, at), bytes.subarray(at)])).toEqual(whole);
    }
    expect(read([...bytes].map((byte) => Buffer.from([byte])))).toEqual(whole);
  });

  it('takes the mark of another connection for data', () => {
    const other = '\x1emooring-ffffffffffffffffffffffff e 1 0\n';
    expect(read([Buffer.from(other, 'latin1')])).toEqual({ data: other, marks: [] });
  });

  it('hands on data at once that cannot be the start of a mark', () => {
    let data = '';
    const reader = new FrameReader(token, {
      onMark: () => undefined,
      onData: (chunk) => {
        data += chunk.toString();
      },
    });
    reader.push(Buffer.from('live output'));
    expect(data).toBe('live output');
  });
});

describe('frameRequest', () => {
  it('never shows the text to the main shell unquoted', () => {
    const line = frameRequest(token, 3, "echo 'a'; )", noInput);
    expect(line).toContain(`( eval ' echo '\\''a'\\''; )' ) </dev/null;`);
    expect(line.endsWith('\n')).toBe(true);
  });

  it('never holds a mark itself: an echo of it is no reply', () => {
    expect(read([Buffer.from(frameRequest(token, 3, 'true', noInput))]).marks).toEqual([]);
  });

  it('prints no beginning for a request right behind another one', () => {
    const options = { isFollowing: true };
    const [first, second] = [
      frameRequest(token, 3, ':', noInput),
      frameRequest(token, 4, ':', noInput, options),
    ];
    expect(first.match(/printf/g)).toHaveLength(4);
    expect(second.match(/printf/g)).toHaveLength(2);
  });

  it('refuses a NUL, which no shell can take', () => {
    expect(() => frameRequest(token, 1, 'a\0b', noInput)).toThrow(/NUL/);
  });
});
