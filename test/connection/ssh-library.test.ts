import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import ssh2, { type Connection } from 'ssh2';
import { afterEach, describe, expect, it } from 'vitest';
import { Client } from '../../src/connection/ssh-library.ts';

const hostKey = ssh2.utils.generateKeyPairSync('ed25519');
const ends: (() => unknown)[] = [];

afterEach(() => {
  for (const end of ends.splice(0)) end();
});

describe('a login', () => {
  it.each(['ed25519', 'rsa', 'ecdsa'] as const)('with a key of type %s', async (type) => {
    const key =
      type === 'ed25519' ? makeKey('ed25519') : makeKey(type, { bits: type === 'rsa' ? 2048 : 256 });
    await expect(logIn({ ident: 'OpenSSH_9.2', key })).resolves.toMatchObject({ isIn: true });
  });

  it('is asked for with its service where OpenSSH answers, one round trip less than elsewhere', async () => {
    const key = makeKey('ed25519');
    const openSsh = await logIn({ ident: 'OpenSSH_9.2', key });
    const other = await logIn({ ident: 'dropbear_2022.83', key });
    expect([openSsh.isIn, other.isIn]).toEqual([true, true]);
    expect(other.roundTrips - openSsh.roundTrips).toBe(1);
  });

  it('that is refused ends as one that was not asked for so early', async () => {
    const [key, known] = [makeKey('ed25519'), makeKey('ed25519')];
    const refused = await logIn({ ident: 'OpenSSH_9.2', key, known });
    const elsewhere = await logIn({ ident: 'dropbear_2022.83', key, known });
    expect(refused.message).toBe('All configured authentication methods failed');
    expect(refused.message).toBe(elsewhere.message);
  });
});

interface KeyPair {
  readonly private: string;
  readonly public: string;
}

function makeKey(type: 'ed25519' | 'rsa' | 'ecdsa', options = {}): KeyPair {
  return ssh2.utils.generateKeyPairSync(type as 'rsa', options as { bits: number });
}

interface Outcome {
  readonly isIn: boolean;
  readonly message?: string;
  /** How often the client wrote after it had heard something. */
  readonly roundTrips: number;
}

async function logIn(setup: { ident: string; key: KeyPair; known?: KeyPair }): Promise<Outcome> {
  const server = new ssh2.Server({ hostKeys: [hostKey.private], ident: setup.ident }, (client) =>
    letIn(client, setup.known ?? setup.key),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(() => server.close());
  const way = await countedWay((server.address() as AddressInfo).port);
  const client = new Client();
  ends.push(() => client.end());
  const outcome = new Promise<Omit<Outcome, 'roundTrips'>>((resolve) => {
    client.once('ready', () => resolve({ isIn: true }));
    client.once('error', ({ message }) => resolve({ isIn: false, message }));
  });
  client.connect({ host: '127.0.0.1', port: way.port, username: 'anna', privateKey: setup.key.private });
  return { ...(await outcome), roundTrips: way.roundTrips() };
}

function letIn(client: Connection, known: KeyPair): void {
  client.on('error', () => undefined);
  const key = ssh2.utils.parseKey(known.public);
  if (key instanceof Error) throw key;
  client.on('authentication', (context) => {
    const isKnown = context.method === 'publickey' && context.key.data.equals(key.getPublicSSH());
    const { signature, blob, hashAlgo } = context.method === 'publickey' ? context : {};
    const isSigned = signature && blob ? key.verify(blob, signature, hashAlgo) === true : true;
    if (isKnown && isSigned) context.accept();
    else context.reject(['publickey']);
  });
}

/** Passes bytes on late enough that what one side writes without waiting comes in one piece. */
async function countedWay(to: number): Promise<{ port: number; roundTrips: () => number }> {
  let roundTrips = 0;
  let heard = true;
  const proxy = createServer((near) => {
    const far = connect(to, '127.0.0.1');
    passLate(near, far, () => {
      if (heard) roundTrips++;
      heard = false;
    });
    passLate(far, near, () => {
      heard = true;
    });
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  ends.push(() => proxy.close());
  return { port: (proxy.address() as AddressInfo).port, roundTrips: () => roundTrips };
}

const lateMs = 25;

function passLate(from: Socket, to: Socket, onPass: () => void): void {
  let chunks: Buffer[] = [];
  from.on('data', (chunk) => {
    chunks.push(chunk);
    if (chunks.length > 1) return;
    setTimeout(() => {
      onPass();
      if (to.writable) to.write(Buffer.concat(chunks));
      chunks = [];
    }, lateMs);
  });
  from.on('error', () => to.destroy());
  from.on('end', () => setTimeout(() => to.end(), 2 * lateMs));
}
