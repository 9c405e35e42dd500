import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import ssh2, { type AuthContext, type Connection } from 'ssh2';
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

  it('is asked for with its service where OpenSSH answers', async () => {
    const openSsh = await logIn({ ident: 'OpenSSH_9.2', key: makeKey('ed25519'), answersService: 'never' });
    expect(openSsh).toEqual({ isIn: true, heard: ['service', 'login'] });
  });

  it('waits for its service elsewhere', async () => {
    const other = await logIn({ ident: 'dropbear_2022.83', key: makeKey('ed25519'), answersService: 'late' });
    expect(other).toEqual({ isIn: true, heard: ['service', 'answered', 'login'] });
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
  /** What the server was asked for, and its answer to the request of the service. */
  readonly heard: readonly ('service' | 'answered' | 'login')[];
}

interface Setup {
  readonly ident: string;
  readonly key: KeyPair;
  /** The one that is let in, if it is another. */
  readonly known?: KeyPair;
  readonly answersService?: 'never' | 'late';
}

async function logIn(setup: Setup): Promise<Outcome> {
  const heard: Outcome['heard'][number][] = [];
  const server = new ssh2.Server({ hostKeys: [hostKey.private], ident: setup.ident }, (client) => {
    client.on('error', () => undefined);
    watchService(client, setup.answersService, heard);
    client.on('authentication', (context) => {
      if (context.method === 'publickey') heard.push('login');
      if (isKnown(context, setup.known ?? setup.key)) context.accept();
      else context.reject(['publickey']);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = new Client();
  ends.push(
    () => client.end(),
    () => server.close(),
  );
  const outcome = new Promise<Omit<Outcome, 'heard'>>((resolve) => {
    client.once('ready', () => resolve({ isIn: true }));
    client.once('error', ({ message }) => resolve({ isIn: false, message }));
  });
  client.connect({ host: '127.0.0.1', port, username: 'anna', privateKey: setup.key.private });
  return { ...(await outcome), heard };
}

interface ServerInternals {
  readonly _protocol: { readonly _handlers: { SERVICE_REQUEST(protocol: unknown, name: string): void } };
}

function watchService(client: Connection, answers: Setup['answersService'], heard: string[]): void {
  const { _handlers: handlers } = (client as unknown as ServerInternals)._protocol;
  const answer = handlers.SERVICE_REQUEST;
  handlers.SERVICE_REQUEST = (protocol, name) => {
    heard.push('service');
    if (answers === 'never') return;
    // What comes in the same packet is heard before.
    setImmediate(() => {
      heard.push('answered');
      answer(protocol, name);
    });
  };
}

function isKnown(context: AuthContext, known: KeyPair): boolean {
  const key = ssh2.utils.parseKey(known.public);
  if (key instanceof Error) throw key;
  if (context.method !== 'publickey' || !context.key.data.equals(key.getPublicSSH())) return false;
  const { signature, blob, hashAlgo } = context;
  return signature && blob ? key.verify(blob, signature, hashAlgo) === true : true;
}
