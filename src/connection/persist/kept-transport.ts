import type { Duplex } from 'node:stream';
import { ConnectionError } from '../../model/errors.ts';
import type { Channel, Transport } from '../transport.ts';
import type { FrameSocket } from './frame-socket.ts';
import { type Frame, frameTypes } from './frames.ts';
import { type BrokerMessage, messageOf, type RunMessage } from './messages.ts';
import { RunChannel } from './run-channel.ts';

/** How long the broker may take to see that it has a connection back, milliseconds. */
const goodbyeMs = 1_000;

/** A connection that the broker lends: its channels go through a socket to the broker. */
export class KeptTransport implements Transport {
  readonly #socket: FrameSocket;
  readonly #hostName: string;
  readonly #channels = new Map<number, RunChannel>();
  #lastChannel = 0;
  #lostBecause: string | undefined;
  #isClosed = false;

  constructor(socket: FrameSocket, hostName: string) {
    this.#socket = socket;
    this.#hostName = hostName;
  }

  get isOpen(): boolean {
    return this.#lostBecause === undefined && !this.#isClosed;
  }

  async open(command: string): Promise<Channel> {
    const channel = this.#newChannel({ kind: 'exec', command });
    await channel.opened;
    return channel.channel;
  }

  async openTcp(address: string, port: number): Promise<Duplex> {
    const channel = this.#newChannel({ kind: 'tcp', address, port });
    await channel.opened;
    return channel.stream;
  }

  /** Gives the connection back. */
  close(): Promise<void> {
    return this.#leave(true);
  }

  abandon(): Promise<void> {
    return this.#leave(false);
  }

  /** Something for a channel, or the news that contact with the host is lost. */
  onFrame(frame: Frame): void {
    const { channel: id } = frame;
    const channel = this.#channels.get(id);
    channel?.onFrame(frame);
    if (channel?.isDone) this.#channels.delete(id);
    if (id > 0 || frame.type !== frameTypes.control) return;
    const message = messageOf<BrokerMessage>(frame);
    if (message.kind === 'lost') this.lose(message.reason);
  }

  /** Contact is lost; nothing is known of what was under way. */
  lose(reason: string): void {
    this.#lostBecause ??= reason;
    for (const channel of this.#channels.values()) channel.end({ lost: true }, this.#lostError());
    this.#channels.clear();
    void this.#socket.end();
  }

  #leave(isUsable: boolean): Promise<void> {
    this.#isClosed = true;
    this.#socket.sendControl({ kind: 'release', isUsable } satisfies RunMessage);
    return this.#socket.endTogether(goodbyeMs);
  }

  #newChannel(message: Extract<RunMessage, { kind: 'exec' | 'tcp' }>): RunChannel {
    if (!this.isOpen) throw this.#lostError();
    const id = ++this.#lastChannel;
    const channel = new RunChannel(this.#socket, id, message);
    this.#channels.set(id, channel);
    return channel;
  }

  #lostError(): ConnectionError {
    return new ConnectionError(`${this.#hostName}: ${this.#lostBecause ?? 'contact was lost'}`);
  }
}
