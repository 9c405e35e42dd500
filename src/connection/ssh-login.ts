import type { Duplex } from 'node:stream';
import { ConnectionError } from '../model/errors.ts';
import type { ConnectionSpec } from './connection.ts';
import { deferred } from './deferred.ts';
import { type HostKeyCheck, hostKeyCheck } from './host-key-check.ts';
import { type LoginAttempts, loginAttempts } from './ssh-auth.ts';
import { type AnyAuthMethod, Client } from './ssh-library.ts';
import type { SshSettings } from './ssh-settings.ts';

/** The server closed before it said who it is: MaxStartups, most likely; trying again helps. */
export class TooManyStarts extends ConnectionError {}

/**
 * Speaks ssh over an open stream until the user is logged in.
 *
 * @param onHostKey told the server's key once it is accepted
 * @throws ConnectionError with cause and hint; TooManyStarts where another try may succeed
 */
export async function logIn(
  socket: Duplex,
  settings: SshSettings,
  spec: ConnectionSpec,
  onHostKey?: (key: Buffer) => void,
): Promise<Client> {
  const check = await hostKeyCheck(settings, spec);
  const login = new Login(socket, settings, spec, check);
  const client = await login.result;
  if (login.hostKey) onHostKey?.(login.hostKey);
  return client;
}

class Login {
  readonly #settings: SshSettings;
  readonly #spec: ConnectionSpec;
  readonly #client = new Client();
  readonly #result = deferred<Client>();
  readonly #logins: LoginAttempts;
  #isGreeted = false;
  #hostKey: Buffer | undefined;
  #refusal: unknown;
  #deadline: NodeJS.Timeout | undefined;
  #leftMs: number;
  #sinceMs = performance.now();

  constructor(socket: Duplex, settings: SshSettings, spec: ConnectionSpec, check: HostKeyCheck) {
    this.#settings = settings;
    this.#spec = spec;
    this.#leftMs = settings.connectTimeoutMs;
    this.#logins = loginAttempts(settings, spec, (answer) => this.#pauseClock(answer));
    this.#runClock();
    this.#client.on('handshake', () => {
      this.#isGreeted = true;
    });
    this.#client.on('ready', () => this.#succeed());
    this.#client.on('error', (error) => this.#fail(error));
    this.#client.on('close', () => this.#fail(new Error('the connection was closed')));
    if (socket.destroyed) this.#fail(socket.errored ?? new Error('the connection was closed'));
    else this.#start(socket, check);
  }

  get result(): Promise<Client> {
    return this.#result.promise;
  }

  get hostKey(): Buffer | undefined {
    return this.#hostKey;
  }

  #start(socket: Duplex, check: HostKeyCheck): void {
    try {
      this.#client.connect({
        ...{ sock: socket, username: this.#settings.user, readyTimeout: 0 },
        keepaliveInterval: this.#settings.keepaliveIntervalMs,
        keepaliveCountMax: this.#settings.keepaliveCountMax,
        algorithms: { serverHostKey: check.algorithms },
        hostVerifier: (key: Buffer, accept: (isAccepted: boolean) => void) => {
          this.#isGreeted = true;
          this.#verify(check, key, accept);
        },
        authHandler: (allowed, _isPartial, next) => {
          // The types of the library leave out `false` = give up, which its documentation has.
          const giveNext = next as (method: AnyAuthMethod | false) => void;
          this.#logins.next(allowed).then(giveNext, (error: unknown) => {
            this.#refusal = error;
            giveNext(false);
          });
        },
      });
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** Called again whenever new session keys are made, also long after the login: the key must stay the same. */
  #verify(check: HostKeyCheck, key: Buffer, accept: (isAccepted: boolean) => void): void {
    if (this.#hostKey !== undefined) {
      accept(this.#hostKey.equals(key));
      return;
    }
    this.#pauseClock(check.verify(key)).then(
      () => {
        this.#hostKey = key;
        accept(true);
      },
      (error: unknown) => {
        this.#refusal = error;
        accept(false);
      },
    );
  }

  #runClock(): void {
    this.#sinceMs = performance.now();
    this.#deadline = setTimeout(() => {
      const { connectTimeoutMs } = this.#settings;
      this.#fail(new Error(`no login within ${connectTimeoutMs / 1000} s`));
    }, this.#leftMs);
  }

  /** A human may take his time. */
  async #pauseClock<T>(answer: Promise<T>): Promise<T> {
    clearTimeout(this.#deadline);
    this.#leftMs = Math.max(1, this.#leftMs - (performance.now() - this.#sinceMs));
    try {
      return await answer;
    } finally {
      this.#runClock();
    }
  }

  #succeed(): void {
    clearTimeout(this.#deadline);
    this.#client.removeAllListeners('error').removeAllListeners('close').removeAllListeners('handshake');
    this.#logins.forget();
    // Errors after the end (a reset while saying goodbye) must not become uncaught ones.
    this.#client.on('error', () => undefined);
    this.#result.resolve(this.#client);
  }

  #fail(error: Error): void {
    clearTimeout(this.#deadline);
    this.#client.removeAllListeners('error').removeAllListeners('close');
    this.#client.on('error', () => undefined);
    this.#client.destroy();
    this.#result.reject(this.#refusal ?? this.#explain(error));
  }

  #explain(error: Error): ConnectionError {
    if (error instanceof ConnectionError) return error;
    const { host, port, user } = this.#settings;
    const where = `${this.#spec.name}: ssh to ${user}@${host} port ${port}`;
    if ('level' in error && error.level === 'client-authentication') return this.#explainRefusedLogin(where);
    if (!this.#isGreeted && /lost before handshake|ECONNRESET|was closed|EPIPE/.test(error.message)) {
      return new TooManyStarts(`${where}: the server closed the connection before saying who it is`, {
        hint: 'too many logins at once (MaxStartups in its sshd_config), a full host, or no ssh server on this port',
      });
    }
    if (/no matching/i.test(error.message)) {
      return new ConnectionError(`${where}: no common algorithm: ${error.message}`, {
        hint: 'the server is very old or locked down: see KexAlgorithms, Ciphers, MACs and HostKeyAlgorithms there',
      });
    }
    return new ConnectionError(`${where}: ${error.message}`);
  }

  #explainRefusedLogin(where: string): ConnectionError {
    const { tried, problems, allowed } = this.#logins;
    const attempts = tried.length === 0 ? 'nothing could be tried' : `tried ${tried.join(', ')}`;
    const unusable = problems.length === 0 ? '' : `; not usable: ${problems.join('; ')}`;
    const takes = allowed.length === 0 ? '' : `; the server takes ${allowed.join(', ')}`;
    return new ConnectionError(`${where}: login refused: ${attempts}${unusable}${takes}`, {
      hint: 'check ansible_user, ansible_ssh_private_key_file (or --private-key), ansible_password (or -k), and the agent (ssh-add -l)',
    });
  }
}
