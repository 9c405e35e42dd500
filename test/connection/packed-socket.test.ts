import { once } from 'node:events';
import { createServer, type Server, Socket } from 'node:net';
import type { Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { packWrites } from '../../src/connection/packed-socket.ts';
import { openDirect } from '../../src/connection/ssh-proxy.ts';
import { resolveSshSettings } from '../../src/connection/ssh-settings.ts';

interface Contact {
  readonly client: Socket;
  /** The other end. */
  readonly server: Socket;
  /** Of each write that was handed to the system since there was contact. */
  readonly sizes: readonly number[];
}

const opened: (Server | Socket)[] = [];

afterEach(() => {
  for (const each of opened.splice(0)) {
    if (each instanceof Socket) each.destroy();
    else each.close();
  }
});

async function listen(): Promise<{ readonly port: number; readonly accepted: Promise<Socket> }> {
  const server = createServer();
  opened.push(server);
  const accepted = once(server, 'connection').then(([socket]: Socket[]) => {
    if (!socket) throw new Error('nobody came');
    opened.push(socket);
    // A client that is destroyed resets.
    socket.on('error', () => undefined);
    return socket;
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { port: address.port, accepted };
}

function startClient(port: number): Socket {
  const client = new Socket().setNoDelay().connect({ host: '127.0.0.1', port });
  opened.push(client);
  return client;
}

/** @param prepare what is done to the socket while it connects */
async function contact(prepare: (socket: Socket) => void = packWrites): Promise<Contact> {
  const { port, accepted } = await listen();
  const client = startClient(port);
  prepare(client);
  await once(client, 'connect');
  return { client, server: await accepted, sizes: sizesOf(client) };
}

/** Notes what Node hands to the system, and how many characters: `_write` is one call of it, and so is `_writev`. */
function sizesOf(socket: Socket): readonly number[] {
  const sizes: number[] = [];
  const stream: Writable = socket;
  const write = stream._write.bind(stream);
  const writeAll = stream._writev?.bind(stream);
  stream._write = (chunk: Buffer, encoding, done) => {
    sizes.push(chunk.length);
    write(chunk, encoding, done);
  };
  stream._writev = (chunks, done) => {
    sizes.push(chunks.reduce((sum, { chunk }) => sum + chunk.length, 0));
    writeAll?.(chunks, done);
  };
  return sizes;
}

/** What comes until it ends so, in the pieces it comes in. */
async function piecesUntil(socket: Socket, last: string): Promise<string[]> {
  const pieces: string[] = [];
  for await (const piece of socket.iterator({ destroyOnReturn: false })) {
    pieces.push(String(piece));
    if (pieces.at(-1)?.endsWith(last)) break;
  }
  return pieces;
}

const big = (letter: string, size: number): Buffer => Buffer.alloc(size, letter);

describe('writes to a packed connection', () => {
  it('are one call and one packet where they are of one turn', async () => {
    const { client, server, sizes } = await contact();
    for (const text of ['a', 'b', 'c', 'd.']) client.write(text);
    expect(sizes).toEqual([]);
    expect(await piecesUntil(server, '.')).toEqual(['abcd.']);
    expect(sizes).toEqual([5]);
  });

  it('are as many calls as there are writes on one that is not packed', async () => {
    const { client, server, sizes } = await contact(() => undefined);
    for (const text of ['a', 'b', 'c', 'd.']) client.write(text);
    await piecesUntil(server, '.');
    expect(sizes.length).toBeGreaterThan(1);
  });

  it('are packed on the way to an ssh server', async () => {
    const { port, accepted } = await listen();
    const spec = { name: 'h', transport: 'ssh', address: '127.0.0.1', port, sshArgs: '-F none' } as const;
    const { stream } = await openDirect(resolveSshSettings(spec), spec);
    if (!(stream instanceof Socket)) throw new Error('no socket');
    opened.push(stream);
    const sizes = sizesOf(stream);
    for (const text of ['a', 'b', 'c', 'd.']) stream.write(text);
    expect(await piecesUntil(await accepted, '.')).toEqual(['abcd.']);
    expect(sizes).toEqual([5]);
  });

  it('are not packed where the connection was asked for afterwards: Node takes its own write back', async () => {
    const { port, accepted } = await listen();
    const client = new Socket();
    opened.push(client);
    packWrites(client);
    client.connect({ host: '127.0.0.1', port });
    await once(client, 'connect');
    const sizes = sizesOf(client);
    for (const text of ['a', 'b', 'c.']) client.write(text);
    await piecesUntil(await accepted, '.');
    expect(sizes.length).toBeGreaterThan(1);
  });

  it('are one call for each turn', async () => {
    const { client, server, sizes } = await contact();
    for (const texts of [['a', 'b'], ['c'], ['d', 'e', 'f.']]) {
      for (const text of texts) client.write(text);
      await nextTurn();
    }
    expect((await piecesUntil(server, '.')).join('')).toBe('abcdef.');
    expect(sizes).toEqual([2, 1, 4]);
  });

  it('are one call also where promises of the turn write', async () => {
    const { client, server, sizes } = await contact();
    await nextTurn();
    await Promise.resolve();
    client.write('a');
    for (const text of ['b', 'c', 'd.']) {
      await Promise.resolve();
      client.write(text);
    }
    expect(await piecesUntil(server, '.')).toEqual(['abcd.']);
    expect(sizes).toEqual([5]);
  });

  it('leave at the end of the turn, not later', async () => {
    const { client, sizes } = await contact();
    client.write('a');
    client.write('b');
    expect(sizes).toEqual([]);
    await new Promise<void>((resolve) => process.nextTick(resolve));
    expect(sizes).toEqual([2]);
  });

  it('keep their order, their encodings and their bytes', async () => {
    const { client, server, sizes } = await contact();
    const received = buffer(server);
    client.write('é');
    client.write('e9', 'hex');
    client.write('é', 'latin1');
    client.write(new Uint8Array([0, 255]));
    client.write(Buffer.from('end'));
    await nextTurn();
    client.end();
    expect([...(await received)]).toEqual([0xc3, 0xa9, 0xe9, 0xe9, 0, 255, ...Buffer.from('end')]);
    expect(sizes).toHaveLength(1);
  });

  it('call back in order, with and without an encoding', async () => {
    const { client, server } = await contact();
    server.resume();
    const called: string[] = [];
    client.write('a', () => called.push('a'));
    client.write('b', 'utf8', () => called.push('b'));
    client.write(Buffer.from('c'), () => called.push('c'));
    expect(called).toEqual([]);
    await new Promise<void>((resolve) => client.write('d', () => resolve()));
    expect(called).toEqual(['a', 'b', 'c']);
  });

  it('that callbacks make are packed too', async () => {
    const { client, server, sizes } = await contact();
    client.write('a', () => {
      client.write('b');
      client.write('c.');
    });
    expect((await piecesUntil(server, '.')).join('')).toBe('abc.');
    expect(sizes).toEqual([1, 3]);
  });

  it('before there is contact arrive first', async () => {
    const { port, accepted } = await listen();
    const client = startClient(port);
    packWrites(client);
    for (const text of ['a', 'b', 'c']) client.write(text);
    await once(client, 'connect');
    client.write('d.');
    expect((await piecesUntil(await accepted, '.')).join('')).toBe('abcd.');
  });

  it('say when it is too much, and when there is room again', async () => {
    const { client, server } = await contact();
    server.pause();
    expect(client.write(big('a', 10))).toBe(true);
    expect(client.write(big('b', client.writableHighWaterMark))).toBe(false);
    expect(client.writableNeedDrain).toBe(true);
    const size = 32 * 1024 * 1024;
    expect(client.write(big('c', size))).toBe(false);
    let isDrained = false;
    const drained = once(client, 'drain').then(() => {
      isDrained = true;
    });
    for (let turn = 0; turn < 20; turn++) await nextTurn();
    expect(isDrained).toBe(false);
    const received = buffer(server);
    await drained;
    expect(client.write('end')).toBe(true);
    client.end();
    const bytes = await received;
    expect(bytes.length).toBe(10 + client.writableHighWaterMark + size + 3);
    expect(bytes.subarray(-4).toString()).toBe('cend');
  });

  it('are one call where they wait for one that is under way', async () => {
    const { client, server, sizes } = await contact();
    server.pause();
    const size = 32 * 1024 * 1024;
    client.write(big('a', size));
    await nextTurn();
    for (const text of ['b', 'c']) client.write(text);
    await nextTurn();
    client.write('d');
    expect(sizes).toEqual([size]);
    const received = buffer(server);
    await once(client, 'drain');
    client.end();
    expect((await received).subarray(-3).toString()).toBe('bcd');
    expect(sizes).toEqual([size, 3]);
  });

  it.each<[string, (client: Socket) => void]>([
    ['an end', (client) => client.end()],
    ['an end that says something', (client) => client.end('!')],
    ['an end in the next turn', (client) => setImmediate(() => client.end())],
    ['an end by a callback', (client) => client.write('', () => client.end())],
  ])('lose nothing by %s right behind them', async (_title, end) => {
    const { client, server } = await contact();
    const received = buffer(server);
    const size = 1024 * 1024;
    const called: string[] = [];
    client.write('a', () => called.push('a'));
    client.write(big('b', size), () => called.push('b'));
    client.write('c', () => called.push('c'));
    end(client);
    await once(client, 'finish');
    const bytes = await received;
    expect(bytes.length - size).toBeGreaterThanOrEqual(2);
    expect(bytes.subarray(size + 1).toString()).toMatch(/^c!?$/);
    expect(called).toEqual(['a', 'b', 'c']);
  });

  it('behind an end are errors', async () => {
    const { client, server } = await contact();
    const received = buffer(server);
    const failed = once(client, 'error');
    client.write('a');
    client.end();
    const told = new Promise((resolve) => client.write('b', resolve));
    expect(await told).toMatchObject({ code: 'ERR_STREAM_WRITE_AFTER_END' });
    expect(await failed).toMatchObject([{ code: 'ERR_STREAM_WRITE_AFTER_END' }]);
    await received.catch(() => undefined);
  });

  it('are told where the connection is cut in the same turn', async () => {
    const { client } = await contact();
    const told = ['a', 'b'].map((text) => new Promise((resolve) => client.write(text, resolve)));
    client.destroy();
    expect(await Promise.all(told)).toEqual([expect.any(Error), expect.any(Error)]);
    await nextTurn();
    expect(client.destroyed).toBe(true);
  });

  it('stay together with those that somebody else corks', async () => {
    const { client, server, sizes } = await contact();
    client.cork();
    client.write('a');
    client.uncork();
    client.write('b');
    client.cork();
    client.write('c.');
    await nextTurn();
    expect(sizes).toEqual([]);
    client.uncork();
    expect(await piecesUntil(server, '.')).toEqual(['abc.']);
    expect(sizes).toEqual([4]);
  });
});
