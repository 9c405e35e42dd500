import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
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

describe('the first command', () => {
  it('is asked for with its channel where OpenSSH answers', async () => {
    const early = await runBeside({ ident: 'OpenSSH_9.2', answersChannel: 'behind the command' });
    expect(early).toEqual({ heard: ['channel', 'exec', 'answered'], commands: ['true'], answers: ['ran'] });
  });

  it('waits for its channel elsewhere', async () => {
    const late = await runBeside({ ident: 'dropbear_2022.83' });
    expect(late).toEqual({ heard: ['channel', 'answered', 'exec'], commands: ['true'], answers: ['ran'] });
  });

  it('is refused with its channel as one that was not asked for so early', async () => {
    const early = await runBeside({ ident: 'OpenSSH_9.2', refuses: true });
    const late = await runBeside({ ident: 'dropbear_2022.83', refuses: true });
    expect(early).toEqual(late);
    expect(late).toMatchObject({ commands: [], answers: [expect.stringContaining('open failure')] });
  });

  it('is the only one, also where others are the same', async () => {
    const { heard, commands, answers } = await runBeside({
      ident: 'OpenSSH_9.2',
      answersChannel: 'behind the command',
      commands: ['true', 'true', 'id'],
    });
    expect(commands).toEqual(['true', 'true', 'id']);
    expect(answers).toEqual(['ran', 'ran', 'ran']);
    const asked = heard.filter((what) => what !== 'answered');
    expect(asked.join(' ')).toBe('channel exec channel channel exec exec');
  });

  it('waits for its channel where another one was opened before', async () => {
    const ran = await runBeside({ ident: 'OpenSSH_9.2' }, (client) =>
      client.forwardOut('127.0.0.1', 1, '127.0.0.1', 1, () => undefined),
    );
    expect(ran.heard.slice(-2)).toEqual(['answered', 'exec']);
    expect(ran).toMatchObject({ commands: ['true'], answers: ['ran'] });
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
  const port = await serve(setup.ident, (client) => {
    watchService(client, setup.answersService, heard);
    client.on('authentication', (context) => {
      if (context.method === 'publickey') heard.push('login');
      if (isKnown(context, setup.known ?? setup.key)) context.accept();
      else context.reject(['publickey']);
    });
  });
  const client = makeClient();
  const outcome = new Promise<Omit<Outcome, 'heard'>>((resolve) => {
    client.once('ready', () => resolve({ isIn: true }));
    client.once('error', ({ message }) => resolve({ isIn: false, message }));
  });
  client.connect({ host: '127.0.0.1', port, username: 'anna', privateKey: setup.key.private });
  return { ...(await outcome), heard };
}

/** Gives the port of a server that ends with the test. */
async function serve(ident: string, onClient: (client: Connection) => void): Promise<number> {
  const server = new ssh2.Server({ hostKeys: [hostKey.private], ident }, (client) => {
    client.on('error', () => undefined);
    onClient(client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

function makeClient(): Client {
  const client = new Client();
  ends.push(() => client.end());
  return client;
}

interface Commands {
  readonly ident: string;
  /** Refuses each channel. */
  readonly refuses?: boolean;
  /** Default: at once. */
  readonly answersChannel?: 'behind the command';
  readonly commands?: readonly string[];
}

interface Ran {
  /** What the server was asked for, and its answers to channels. */
  readonly heard: readonly ('channel' | 'answered' | 'exec')[];
  readonly commands: readonly string[];
  readonly answers: readonly string[];
}

/** Runs commands beside one another, where a channel (or what `before` asks for) is the first that is asked for. */
async function runBeside(setup: Commands, before?: (client: Client) => void): Promise<Ran> {
  const heard: Ran['heard'][number][] = [];
  const commands: string[] = [];
  const port = await serve(setup.ident, (client) => {
    client.on('authentication', (context) => context.accept());
    const release = holdAnswers(client, heard);
    if (!setup.answersChannel) release();
    client.on('session', (accept, reject) => {
      heard.push('channel');
      if (setup.refuses) reject();
      else {
        accept().on('exec', (acceptCommand, _reject, { command }) => {
          heard.push('exec');
          commands.push(command);
          release();
          acceptCommand().end('ran');
        });
      }
    });
  });
  const client = makeClient();
  client.connect({ host: '127.0.0.1', port, username: 'anna', password: 'any' });
  await once(client, 'ready');
  before?.(client);
  const answers = await Promise.all((setup.commands ?? ['true']).map((command) => run(client, command)));
  return { heard, commands, answers };
}

/** What it says, or why it was not run. */
function run(client: Client, command: string): Promise<string> {
  return new Promise((resolve) => {
    client.exec(command, (error, channel) => {
      if (error) resolve(error.message);
      else text(channel).then(resolve, ({ message }: Error) => resolve(message));
    });
  });
}

interface ServerInternals {
  readonly _protocol: {
    readonly _handlers: { SERVICE_REQUEST(protocol: unknown, name: string): void };
    channelOpenConfirm: Answer;
    channelOpenFail: Answer;
  };
}

type Answer = (...values: readonly unknown[]) => void;

/** Keeps answers to channels back until the function returned is called. */
function holdAnswers(client: Connection, heard: string[]): () => void {
  const protocol = (client as unknown as ServerInternals)._protocol;
  let isHeld = true;
  const held: (() => void)[] = [];
  for (const name of ['channelOpenConfirm', 'channelOpenFail'] as const) {
    const answer = protocol[name].bind(protocol);
    protocol[name] = (...values) => {
      held.push(() => {
        heard.push('answered');
        answer(...values);
      });
      if (!isHeld) held.pop()?.();
    };
  }
  return () => {
    isHeld = false;
    for (const answer of held.splice(0)) answer();
  };
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
