import { createServer } from 'node:net';
import { Readable, Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ConnectionSpec } from '../../../src/connection/connection.ts';
import { localTransport } from '../../../src/connection/local-transport.ts';
import { serveKeptConnections } from '../../../src/connection/persist/broker.ts';
import { brokerSocketPath } from '../../../src/connection/persist/broker-place.ts';
import { connectKept } from '../../../src/connection/persist/connect-kept.ts';
import { FrameSocket } from '../../../src/connection/persist/frame-socket.ts';
import { windowBytes } from '../../../src/connection/persist/framed-duplex.ts';
import type { Connect } from '../../../src/connection/persist/kept-connections.ts';
import { messageOf, type RunMessage } from '../../../src/connection/persist/messages.ts';
import { connectTo } from '../../../src/connection/persist/reach-broker.ts';
import { sshRoute } from '../../../src/connection/ssh-connect.ts';
import type { SshTransport } from '../../../src/connection/ssh-transport.ts';
import type { Channel, Transport } from '../../../src/connection/transport.ts';
import { temporaryDirectory } from '../shells.ts';

const spec: ConnectionSpec = {
  ...{ name: 'here', transport: 'ssh', address: '127.0.0.1', port: 1 },
  sshArgs: '-F none -o IdentityAgent=none -o IdentityFile=none',
};
const keep = { idleMs: 60_000, program: ['/nowhere'] };

/** This machine in the place of a host that was logged in to. */
class LocalHost {
  readonly transports: SshTransport[] = [];
  open: ((command: string) => Promise<Channel>) | undefined;

  readonly connect: Connect = async () => {
    const local = localTransport();
    let end: (reason: string) => void = () => undefined;
    const gone = new Promise<string>((resolve) => {
      end = resolve;
    });
    const transport: SshTransport = {
      get isOpen() {
        return local.isOpen;
      },
      open: (command) => this.open?.(command) ?? local.open(command),
      openTcp: local.openTcp,
      close: async () => {
        await local.close();
        end('closed');
      },
      ...{ gone, probe: async () => undefined },
    };
    this.transports.push(transport);
    return transport;
  };
}

let host: LocalHost;
let broker: { readonly ended: Promise<void> };
const transports: Transport[] = [];

beforeEach(async () => {
  vi.stubEnv('XDG_RUNTIME_DIR', temporaryDirectory());
  host = new LocalHost();
  broker = await serve(host);
});
afterEach(async () => {
  await Promise.all(transports.splice(0).map((transport) => transport.close()));
  await Promise.all(host.transports.map((transport) => transport.close()));
  await broker.ended;
  vi.unstubAllEnvs();
});

/** Starts a broker in this process. @returns what settles when it has ended, in an object: it is not awaited yet */
async function serve(from: LocalHost): Promise<{ readonly ended: Promise<void> }> {
  let ended: Promise<void> = Promise.resolve();
  await new Promise<void>((resolve) => {
    ended = serveKeptConnections(brokerSocketPath(), resolve, from.connect);
  });
  return { ended };
}

async function attach(): Promise<Transport> {
  const transport = await connectKept(spec, keep);
  transports.push(transport);
  return transport;
}

async function until(condition: () => boolean): Promise<void> {
  const giveUpAt = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > giveUpAt) throw new Error('the condition never held');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe('a channel through the broker', () => {
  it('gives back what went in, in pieces of any size', async () => {
    const transport = await attach();
    const pieces = fc.array(fc.uint8Array({ minLength: 1, maxLength: 200_000, size: 'max' }), {
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(pieces, async (chunks) => {
        const channel = await transport.open('cat');
        const output = buffer(channel.stdout);
        for (const chunk of chunks) channel.stdin.write(chunk);
        channel.stdin.end();
        expect((await output).equals(Buffer.concat(chunks))).toBe(true);
        expect(await channel.closed).toEqual({ code: 0, lost: false });
      }),
      { numRuns: 25 },
    );
  });

  it('tells exit codes and signals, and keeps the streams apart', async () => {
    const transport = await attach();
    const channel = await transport.open('echo out; echo err >&2; exit 3');
    const [stdout, stderr] = await Promise.all([buffer(channel.stdout), buffer(channel.stderr)]);
    expect([stdout.toString(), stderr.toString()]).toEqual(['out\n', 'err\n']);
    expect(await channel.closed).toEqual({ code: 3, lost: false });
    const killed = await transport.open('kill -TERM $$');
    killed.stdout.resume();
    expect(await killed.closed).toMatchObject({ signal: 'TERM' });
  });

  it('lets the host wait for a reader, and other channels go on', async () => {
    const transport = await attach();
    let given = 0;
    host.open = async () => {
      const stdout = new Readable({
        read() {
          given += 50_000;
          this.push(Buffer.alloc(50_000));
        },
      });
      const stdin = new Writable({ write: (_chunk, _encoding, done) => done() });
      const closed = new Promise<never>(() => undefined);
      return { stdin, stdout, stderr: Readable.from([]), closed, close: () => stdout.destroy() };
    };
    const endless = await transport.open('endless');
    host.open = undefined;
    await until(() => given > windowBytes);
    const echo = await transport.open('echo meanwhile');
    expect((await buffer(echo.stdout)).toString()).toBe('meanwhile\n');
    expect(given).toBeLessThan(windowBytes + 500_000);
    endless.stdout.resume();
    await until(() => given > 5 * windowBytes);
    endless.stdout.pause();
    endless.close();
  });

  it('lets a writer wait for a command that does not read', async () => {
    const transport = await attach();
    const channel = await transport.open('sleep 0.5; wc -c');
    const chunk = Buffer.alloc(100_000, 'x');
    let taken = 0;
    const total = 60;
    const output = buffer(channel.stdout);
    for (let count = 0; count < total; count++) channel.stdin.write(chunk, () => taken++);
    await until(() => taken > 8);
    const echo = await transport.open('echo meanwhile');
    expect((await buffer(echo.stdout)).toString()).toBe('meanwhile\n');
    expect(taken * chunk.length).toBeLessThan(windowBytes + 500_000);
    channel.stdin.end();
    expect((await output).toString().trim()).toBe(String(total * chunk.length));
  });
});

describe('a connection that died unnoticed', () => {
  it('is replaced while nothing was opened on it, and not after that', async () => {
    await (await attach()).close();
    const transport = await attach();
    // It is lost between being lent and being used.
    await host.transports[0]?.close();
    const channels = await Promise.all([transport.open('echo one'), transport.open('echo two')]);
    const outputs = await Promise.all(channels.map((channel) => buffer(channel.stdout)));
    expect(outputs.map(String)).toEqual(['one\n', 'two\n']);
    expect(host.transports).toHaveLength(2);
    await host.transports[1]?.close();
    await until(() => !transport.isOpen);
    await expect(transport.open('true')).rejects.toThrow('here: closed');
    expect(host.transports).toHaveLength(2);
  });
});

describe('the broker', () => {
  it('lends the same connection again, and ends it where a process stays on it', async () => {
    const first = await attach();
    await first.close();
    const second = await attach();
    expect(host.transports).toHaveLength(1);
    await second.open('exec sleep 5');
    await second.close();
    await broker.ended;
    expect(host.transports.map(({ isOpen }) => isOpen)).toEqual([false]);
  });

  it('takes a connection back from a run that was killed', async () => {
    const socket = await connectTo(brokerSocketPath());
    if (!socket) throw new Error('no broker');
    const said: string[] = [];
    const say = (message: RunMessage, channel = 0) => frames.sendControl(message, channel);
    const frames = new FrameSocket(
      socket,
      (frame) => frame.type === 0 && said.push(messageOf(frame).kind),
      () => undefined,
    );
    say({ kind: 'attach', key: 'k', idleMs: 60_000 });
    say({ kind: 'login', route: sshRoute(spec), mayAsk: false });
    await until(() => said.includes('attached'));
    say({ kind: 'exec', command: 'cat' }, 1);
    await until(() => said.includes('opened'));
    frames.destroy();
    const other = await connectTo(brokerSocketPath());
    if (!other) throw new Error('no broker');
    const answers: string[] = [];
    const asking = new FrameSocket(
      other,
      (frame) => answers.push(messageOf(frame).kind),
      () => undefined,
    );
    asking.sendControl({ kind: 'attach', key: 'k', idleMs: 60_000 } satisfies RunMessage);
    await until(() => answers.length === 2);
    expect(answers).toEqual(['hello', 'attached']);
    await asking.end();
  });

  it('leaves the place to one that is there already', async () => {
    const second = await serve(new LocalHost());
    await second.ended;
    await attach();
    expect(host.transports).toHaveLength(1);
  });

  it('gives up a connection on which nothing answers any more', async () => {
    const transport = await attach();
    await transport.abandon?.();
    await until(() => host.transports[0]?.isOpen === false);
  });

  it('says that contact is lost, to channels and to what comes after', async () => {
    const transport = await attach();
    const channel = await transport.open('cat');
    await host.transports[0]?.close();
    expect(await channel.closed).toMatchObject({ lost: true });
    expect(transport.isOpen).toBe(false);
    await expect(transport.open('true')).rejects.toThrow('here: closed');
  });
});

it('one of another version is left alone', async () => {
  await attach();
  await Promise.all(transports.splice(0).map((transport) => transport.close()));
  await Promise.all(host.transports.map((transport) => transport.close()));
  await broker.ended;
  const before = process.umask(0o177);
  const stranger = createServer((socket) => {
    const frames = new FrameSocket(
      socket,
      () => undefined,
      () => undefined,
    );
    frames.sendControl({ kind: 'hello', protocol: 99, salt: '', pid: 1 });
  });
  await new Promise<void>((resolve) => stranger.listen(brokerSocketPath(), resolve));
  process.umask(before);
  // Nothing listens on the port: without a broker there is a plain attempt.
  await expect(connectKept(spec, keep)).rejects.toThrow('cannot connect to 127.0.0.1 port 1');
  await new Promise((resolve) => stranger.close(resolve));
});
