import type { Socket } from 'node:net';
import type { ConnectionSpec, Keep } from '../connection.ts';
import { deferred } from '../deferred.ts';
import { connectRoute, type SshRoute, sshRoute } from '../ssh-connect.ts';
import { askOnce } from '../ssh-identities.ts';
import type { Transport } from '../transport.ts';
import { connectionKey } from './connection-key.ts';
import { FrameSocket } from './frame-socket.ts';
import type { Frame } from './frames.ts';
import { KeptTransport } from './kept-transport.ts';
import {
  type BrokerMessage,
  errorOf,
  errorText,
  messageOf,
  protocolVersion,
  type RunMessage,
} from './messages.ts';
import { ProvenTransport } from './proven-transport.ts';
import { reachBroker } from './reach-broker.ts';

const maxTries = 3;
/** How long the broker may take for its first word, milliseconds. */
const helloMs = 2_000;

/**
 * Connects through the broker: by a connection it has kept, or by a login that it makes and keeps. Without a
 * broker the connection is made as ever.
 *
 * @throws ConnectionError with cause and hint
 */
export async function connectKept(spec: ConnectionSpec, keep: Keep): Promise<Transport> {
  const route = withSurroundings(sshRoute(spec));
  const connect = () => borrowOrConnect(route, keep);
  return new ProvenTransport(await connect(), connect);
}

async function borrowOrConnect(route: SshRoute, keep: Keep): Promise<Transport> {
  for (let attempt = 1; attempt <= maxTries; attempt++) {
    const socket = await reachBroker(keep.program);
    if (!socket) break;
    const attachment = new Attachment(socket, route, keep.idleMs);
    const transport = await attachment.result;
    if (transport) return transport;
    // One that was just about to end: the next try finds another.
    if (!attachment.isSpurned) break;
  }
  return connectRoute(route);
}

/** A ProxyCommand runs as it would in this process, not as in the one that started the broker. */
function withSurroundings(route: SshRoute): SshRoute {
  const hop = route.hop ? { hop: withSurroundings(route.hop) } : {};
  if (route.settings.proxyCommand === undefined) return { ...route, ...hop };
  return { ...route, ...hop, surroundings: { cwd: process.cwd(), env: { ...process.env } } };
}

/** The talk with the broker until a connection is lent. */
class Attachment {
  readonly #route: SshRoute;
  readonly #idleMs: number;
  readonly #socket: FrameSocket;
  readonly #transport: KeptTransport;
  readonly #result = deferred<Transport | undefined>();
  readonly #timer: NodeJS.Timeout;
  #isAttached = false;
  #state: 'waiting' | 'greeted' | 'given up' = 'waiting';

  constructor(socket: Socket, route: SshRoute, idleMs: number) {
    this.#route = route;
    this.#idleMs = idleMs;
    this.#socket = new FrameSocket(
      socket,
      (frame) => this.#onFrame(frame),
      () => this.#onClose(),
    );
    this.#transport = new KeptTransport(this.#socket, route.spec.name);
    this.#timer = setTimeout(() => this.#giveUp(), helloMs);
  }

  /** Undefined where the broker cannot help. Rejects as a login does. */
  get result(): Promise<Transport | undefined> {
    return this.#result.promise;
  }

  /** The broker closed the connection without a word. */
  get isSpurned(): boolean {
    return this.#state === 'waiting';
  }

  #giveUp(): void {
    this.#state = 'given up';
    this.#socket.destroy();
  }

  #onFrame(frame: Frame): void {
    if (this.#isAttached) this.#transport.onFrame(frame);
    else this.#onMessage(messageOf<BrokerMessage>(frame));
  }

  #onMessage(message: BrokerMessage): void {
    switch (message.kind) {
      case 'hello':
        this.#onHello(message.protocol, message.salt);
        return;
      case 'login-needed':
        this.#sendLogin();
        return;
      case 'ask':
        void this.#answer(message.id, message.prompt);
        return;
      case 'failed':
        this.#result.reject(errorOf(message.error));
        void this.#socket.end();
        return;
      case 'attached':
        this.#isAttached = true;
        this.#result.resolve(this.#transport);
    }
  }

  #onHello(protocol: number, salt: string): void {
    clearTimeout(this.#timer);
    this.#state = 'greeted';
    if (protocol !== protocolVersion) return this.#socket.destroy();
    this.#say({ kind: 'attach', key: connectionKey(this.#route, salt), idleMs: this.#idleMs });
  }

  #sendLogin(): void {
    this.#say({ kind: 'login', route: this.#route, mayAsk: this.#route.spec.askSecret !== undefined });
  }

  async #answer(id: number, prompt: string): Promise<void> {
    const { askSecret } = this.#route.spec;
    try {
      const text = askSecret ? await askOnce(askSecret, prompt) : '';
      this.#say({ kind: 'answer', id, text });
    } catch (error) {
      this.#say({ kind: 'answer', id, error: errorText(error) });
    }
  }

  #say(message: RunMessage): void {
    this.#socket.sendControl(message);
  }

  #onClose(): void {
    clearTimeout(this.#timer);
    this.#transport.lose('contact with the process that keeps the connection was lost');
    this.#result.resolve(undefined);
  }
}
