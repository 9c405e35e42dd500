// The one place that imports ssh2.
import { createPrivateKey, type JsonWebKeyInput, type KeyObject, sign } from 'node:crypto';
import ssh2, {
  type ClientCallback,
  type ConnectConfig,
  type ExecOptions,
  Client as LibraryClient,
  type ParsedKey,
} from 'ssh2';

export type {
  AnyAuthMethod,
  ClientChannel as SshChannel,
  IdentityCallback,
  ParsedKey,
  ServerHostKeyAlgorithm,
  SignCallback,
  SigningRequestOptions,
} from 'ssh2';
// Node finds these names in the CommonJS package; `utils` it does not.
export { BaseAgent, createAgent } from 'ssh2';

export const { parseKey } = ssh2.utils;

/** What of the library's own is touched below; where another version of it has something else, it is left alone. */
interface Internals {
  _protocol?: Protocol;
  _remoteVer?: string;
}

interface Protocol {
  authPK?: AuthenticateByKey;
  service?: (name: string) => void;
  exec?: (channel: number, command: string, wantsReply: boolean) => void;
  readonly _handlers?: { SERVICE_ACCEPT?: ((protocol: Protocol, name: string) => void) | undefined };
}

type AuthenticateByKey = (
  user: string,
  key: ParsedKey,
  algorithm: string | undefined,
  sign?: (data: Buffer, finish: (signature: Buffer) => void) => void,
) => void;

const hashes: Readonly<Record<string, string>> = {
  'rsa-sha2-256': 'sha256',
  'rsa-sha2-512': 'sha512',
  'ssh-rsa': 'sha1',
};

/** The library's client without four things of each connection that only take time. */
export class Client extends LibraryClient {
  /** OpenSSH, and no channel was opened yet. */
  #isFresh = false;

  override connect(config: ConnectConfig): this {
    super.connect(config);
    const internals = this as unknown as Internals;
    signAtOnce(internals);
    askTogether(internals);
    this.once('ready', () => {
      this.#isFresh = isOpenSsh(internals);
      // Such a server lists its host keys after the login: nobody here uses the list, which it would be asked to prove.
      internals._remoteVer = '';
    });
    return this;
  }

  override exec(command: string, callback: ClientCallback): this;
  override exec(command: string, options: ExecOptions, callback: ClientCallback): this;
  override exec(command: string, ...rest: [ExecOptions, ClientCallback] | [ClientCallback]): this {
    const [options, callback] = rest.length === 2 ? rest : [{}, rest[0]];
    const isFresh = this.#isFresh && rest.length === 1;
    this.#isFresh = false;
    super.exec(command, options, callback);
    if (isFresh) commandTogether(this as unknown as Internals, command);
    return this;
  }

  override forwardOut(...args: Parameters<LibraryClient['forwardOut']>): this {
    this.#isFresh = false;
    return super.forwardOut(...args);
  }
}

function isOpenSsh({ _remoteVer }: Internals): boolean {
  return _remoteVer?.startsWith('OpenSSH') === true;
}

/** How OpenSSH numbers the first channel of a connection. */
const firstChannel = 0;

/**
 * Asks for the command of the first channel in the same packet that asks for the channel. That saves a round trip, and
 * up to 40 ms: so long Nagle's algorithm keeps the server's answer back, as nothing goes out to it meanwhile. (sshd turns
 * that off with the first command.)
 */
function commandTogether({ _protocol: protocol }: Internals, command: string): void {
  const ask = protocol?.exec?.bind(protocol);
  if (protocol === undefined || ask === undefined) return;
  ask(firstChannel, command, true);
  protocol.exec = (channel, text, wantsReply) => {
    protocol.exec = ask;
    if (channel !== firstChannel || text !== command) ask(channel, text, wantsReply);
  };
}

/**
 * Has a key of a file sign in its first request (RFC 4252, 7: asking before whether the key would do is optional). That
 * saves a round trip, and the 5 to 9 ms which sshd takes for each request on purpose.
 */
function signAtOnce(client: Internals): void {
  const protocol = client._protocol;
  const ask = protocol?.authPK?.bind(protocol);
  if (protocol === undefined || ask === undefined) return;
  protocol.authPK = (user, key, algorithm, sign) => {
    if (sign !== undefined || !isPrivate(key)) ask(user, key, algorithm, sign);
    else {
      ask(user, key, algorithm, (data, finish) => {
        const signature = signatureOf(key, data, hashes[algorithm ?? '']);
        // What went wrong is told where the library itself signs.
        if (signature instanceof Error) ask(user, key, algorithm);
        else finish(signature);
      });
    }
  };
}

/**
 * Asks to be let in in the same packet that asks for the service that does it (RFC 4253, 10: nothing has to wait for its
 * answer). That saves another round trip. Other servers than OpenSSH may first have to say which signatures they know.
 */
function askTogether(client: Internals): void {
  const protocol = client._protocol;
  const service = protocol?.service?.bind(protocol);
  const handlers = protocol?._handlers;
  const logIn = handlers?.SERVICE_ACCEPT;
  if (protocol === undefined || service === undefined || handlers === undefined || !logIn) return;
  protocol.service = (name) => {
    if (isOpenSsh(client)) {
      handlers.SERVICE_ACCEPT = undefined;
      process.nextTick(logIn, protocol, name);
    }
    service(name);
  };
}

const privateKeys = new WeakMap<ParsedKey, KeyObject>();

/** The library has the key parsed anew for each signature, which takes twenty times as long as to sign with Ed25519. */
function signatureOf(key: ParsedKey, data: Buffer, hash: string | undefined): Buffer | Error {
  // Of other types only the library knows which hash belongs to them.
  if (key.type !== 'ssh-ed25519' && hash === undefined) return key.sign(data);
  try {
    const parsed = privateKeys.get(key) ?? createPrivateKey(webKeyOf(key) ?? key.getPrivatePEM());
    privateKeys.set(key, parsed);
    return sign(hash ?? null, data, parsed);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/**
 * An Ed25519 key as RFC 8037 writes it, which OpenSSL 3 takes ten times faster than PEM.
 *
 * @returns undefined where the PEM text has more than the key (RFC 8410, 7) or is of another type
 */
function webKeyOf(key: ParsedKey): JsonWebKeyInput | undefined {
  if (key.type !== 'ssh-ed25519') return undefined;
  const der = Buffer.from(key.getPrivatePEM().replaceAll(/-----[^-]*-----|\s/g, ''), 'base64');
  if (der.length !== bareKeyBytes) return undefined;
  const d = der.toString('base64url', der.length - secretBytes);
  const x = key.getPublicSSH().toString('base64url', key.getPublicSSH().length - secretBytes);
  return { key: { kty: 'OKP', crv: 'Ed25519', d, x }, format: 'jwk' };
}

/** Of PKCS #8 with nothing but the secret, which comes last; the public half is as long. */
const bareKeyBytes = 48;
const secretBytes = 32;

/** Keys of agents come without their private part. */
function isPrivate(key: ParsedKey): boolean {
  return typeof key.isPrivateKey === 'function' && key.isPrivateKey();
}
