import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeFrame, type Frame, FrameDecoder, frameTypes } from '../../../src/connection/persist/frames.ts';

const frame = fc.record({
  type: fc.constantFrom(...Object.values(frameTypes)),
  channel: fc.nat({ max: 0xffffffff }),
  payload: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
});

function bytesOf(frames: readonly Frame[]): Buffer {
  return Buffer.concat(frames.flatMap(({ type, channel, payload }) => encodeFrame(type, channel, payload)));
}

function decoded(chunks: readonly Buffer[]): Frame[] {
  const frames: Frame[] = [];
  // The payload may lie in a buffer that is reused.
  const decoder = new FrameDecoder((one) => frames.push({ ...one, payload: Buffer.from(one.payload) }));
  for (const chunk of chunks) decoder.push(chunk);
  return frames;
}

function cut(bytes: Buffer, lengths: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  let at = 0;
  for (const length of lengths) {
    chunks.push(bytes.subarray(at, at + length));
    at += length;
  }
  return [...chunks, bytes.subarray(at)].filter((chunk) => chunk.length > 0);
}

describe('frames', () => {
  it('come out as they went in, however the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(frame), fc.array(fc.integer({ min: 1, max: 400 })), (frames, lengths) => {
        expect(decoded(cut(bytesOf(frames), lengths))).toEqual(frames);
      }),
    );
  });

  it('come out one byte at a time', () => {
    const frames: Frame[] = [
      { type: frameTypes.mainData, channel: 7, payload: Buffer.from('data') },
      { type: frameTypes.mainEnd, channel: 7, payload: Buffer.alloc(0) },
    ];
    expect(decoded([...bytesOf(frames)].map((byte) => Buffer.from([byte])))).toEqual(frames);
  });

  it.each<[string, Buffer]>([
    ['an unknown type', Buffer.from([0, 0, 0, 1, 99, 0, 0, 0, 0, 1])],
    ['a length nobody sends', Buffer.from([255, 0, 0, 0, 1, 0, 0, 0, 0, 1])],
    ['text', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
  ])('refuses %s', (_title, bytes) => {
    expect(() => decoded([bytes])).toThrow('not a stream of frames');
  });
});
