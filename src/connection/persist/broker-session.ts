import type { Duplex } from 'node:stream';
import type { ConnectionSpec } from '../connection.ts';
import { type Deferred, deferred } from '../deferred.ts';
import type { SshRoute } from '../ssh-connect.ts';
import { forgetPassphrases } from '../ssh-identities.ts';
import { BrokerChannel, type Streams, streamsOf } from './broker-channel.ts';
import { FrameSocket } from './frame-socket.ts';
import { type Frame, frameTypes } from './frames.ts';
import type { Kept, KeptConnections } from './kept-connections.ts';
import {
  type BrokerMessage,
  errorOf,
  errorText,
  messageOf,
  protocolVersion,
  type RunMessage,
} from './messages.ts';

/** How long what a run left on a connection may take to end before the connection is given up, milliseconds. */
const clearUpMs = 1_000;

type MessageOf<K extends RunMessage['kind']> = Extract<RunMessage, { kind: K }>;

/** One run that uses one connection, as the broker sees it. It ends with the run's socket. */
export class BrokerSession {
  readonly #socket: FrameSocket;
  readonly #connections: KeptConnections;
  readonly #channels = new Map<number, BrokerChannel>();
  readonly #questions = new Map<number, Deferred<string>>();
  readonly #openings = new Set<Promise<void>>();
  #lastQuestion = 0;
  #attach: MessageOf<'attach'> | undefined;
  #kept: Kept | undefined;
  #isOver = false;
  #isUsable = true;

  /** @param onEnd called when the run has gone */
  constructor(socket: Duplex, connections: KeptConnections, salt: string, onEnd: () => void) {
    this.#connections = connections;
    this.#socket = new FrameSocket(
      socket,
      (frame) => this.#onFrame(frame),
      () => {
        this.#onGone();
        onEnd();
      },
    );
    this.#say({ kind: 'hello', protocol: protocolVersion, salt, pid: process.pid });
  }

  #say(message: BrokerMessage, channel = 0): void {
    this.#socket.sendControl(message, channel);
  }

  #onFrame(frame: Frame): void {
    if (frame.type !== frameTypes.control) this.#channels.get(frame.channel)?.onFrame(frame);
    else if (frame.channel > 0) this.#onChannelMessage(frame.channel, messageOf<RunMessage>(frame));
    else this.#onMessage(messageOf<RunMessage>(frame));
  }

  #onMessage(message: RunMessage): void {
    switch (message.kind) {
      case 'attach':
        this.#attach = message;
        void this.#lend(message.key);
        return;
      case 'login':
        void this.#logIn(message);
        return;
      case 'answer':
        this.#onAnswer(message);
        return;
      case 'release':
        this.#isUsable = message.isUsable;
        this.#onGone();
        return;
      case 'list':
        this.#say({ kind: 'list', connections: this.#connections.list() });
        return;
      case 'end':
        this.#say({ kind: 'ended', count: this.#connections.endIdle() });
    }
  }

  #onChannelMessage(channel: number, message: RunMessage): void {
    const transport = this.#kept?.transport;
    if (message.kind === 'close') this.#channels.get(channel)?.close();
    if (transport === undefined) return;
    if (message.kind === 'exec') this.#track(this.#open(channel, transport.open(message.command)));
    if (message.kind === 'tcp') {
      const opening = transport.openTcp(message.address, message.port);
      this.#track(this.#open(channel, opening.then(streamsOf)));
    }
  }

  #track(opening: Promise<void>): void {
    this.#openings.add(opening);
    void opening.then(() => this.#openings.delete(opening));
  }

  async #lend(key: string): Promise<void> {
    const kept = await this.#connections.take(key).catch(() => undefined);
    if (kept) this.#begin(kept);
    else this.#say({ kind: 'login-needed' });
  }

  async #logIn({ route, mayAsk }: MessageOf<'login'>): Promise<void> {
    const ask = mayAsk ? (prompt: string) => this.#ask(prompt) : undefined;
    const ours = withAsk(route, ask);
    try {
      this.#begin(await this.#connections.logIn(this.#attach?.key ?? '', ours));
    } catch (error) {
      this.#say({ kind: 'failed', error: errorText(error) });
    } finally {
      forgetSecrets(ours);
    }
  }

  #begin(kept: Kept): void {
    if (this.#isOver) return this.#giveBack(kept);
    this.#kept = kept;
    this.#say({ kind: 'attached' });
    kept.onGone = (reason) => this.#say({ kind: 'lost', reason });
  }

  #ask(prompt: string): Promise<string> {
    const answer = deferred<string>();
    if (this.#isOver) answer.reject(new Error('the run has ended'));
    const id = this.#lastQuestion++;
    this.#questions.set(id, answer);
    this.#say({ kind: 'ask', id, prompt });
    return answer.promise;
  }

  #onAnswer({ id, text, error }: MessageOf<'answer'>): void {
    if (error) this.#questions.get(id)?.reject(errorOf(error));
    else this.#questions.get(id)?.resolve(text ?? '');
    this.#questions.delete(id);
  }

  async #open(id: number, opening: Promise<Streams>): Promise<void> {
    try {
      const channel = new BrokerChannel(await opening, this.#socket, id);
      this.#say({ kind: 'opened' }, id);
      this.#channels.set(id, channel);
      void channel.ended.then(() => this.#channels.delete(id));
    } catch (error) {
      this.#say({ kind: 'refused', error: errorText(error) }, id);
    }
  }

  #onGone(): void {
    this.#isOver = true;
    for (const question of this.#questions.values()) question.reject(new Error('the run has ended'));
    const kept = this.#kept;
    this.#kept = undefined;
    if (kept) this.#giveBack(kept);
  }

  #giveBack(kept: Kept): void {
    const { transport } = kept;
    kept.onGone = undefined;
    if (!this.#isUsable || !transport.isOpen) this.#connections.discard(kept);
    else this.#connections.giveBack(kept, this.#attach?.idleMs ?? 0, this.#clearUp());
  }

  /** Closes what the run left open; false where that does not end in time. */
  async #clearUp(): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<false>((resolve) => {
      timer = setTimeout(() => resolve(false), clearUpMs);
    });
    const isClean = await Promise.race([this.#closeAll(), late]);
    clearTimeout(timer);
    return isClean;
  }

  async #closeAll(): Promise<true> {
    await Promise.all(this.#openings);
    const channels = [...this.#channels.values()];
    for (const channel of channels) channel.close();
    await Promise.all(channels.map((channel) => channel.closed));
    return true;
  }
}

type Ask = ((prompt: string) => Promise<string>) | undefined;

function withAsk(route: SshRoute, askSecret: Ask): SshRoute {
  const spec = askSecret ? { ...route.spec, askSecret } : route.spec;
  return { ...route, spec, ...(route.hop ? { hop: withAsk(route.hop, askSecret) } : {}) };
}

/** The connection refers to the route as long as it lives. */
function forgetSecrets(route: SshRoute): void {
  const spec: { -readonly [K in keyof ConnectionSpec]: ConnectionSpec[K] } = route.spec;
  delete spec.password;
  delete spec.privateKeyPassphrase;
  delete spec.askSecret;
  if (route.surroundings) Object.assign(route, { surroundings: undefined });
  if (route.hop) forgetSecrets(route.hop);
  forgetPassphrases();
}
