import { deferred } from '../deferred.ts';
import type { Channel, ChannelEnd } from '../transport.ts';
import type { FrameSocket } from './frame-socket.ts';
import { FramedDuplex, number32, type StreamLink } from './framed-duplex.ts';
import { type Frame, type FrameType, frameTypes } from './frames.ts';
import { type BrokerMessage, errorOf, messageOf, type RunMessage } from './messages.ts';

/** The run's end of one channel through the broker, or of one TCP connection. */
export class RunChannel {
  readonly #id: number;
  readonly #socket: FrameSocket;
  readonly #main: FramedDuplex;
  readonly #errors: FramedDuplex;
  readonly #isTcp: boolean;
  readonly #opened = deferred<void>();
  readonly #closed = deferred<ChannelEnd>();
  #open = { main: true, errors: true, channel: true };

  constructor(socket: FrameSocket, id: number, message: Extract<RunMessage, { kind: 'exec' | 'tcp' }>) {
    this.#id = id;
    this.#socket = socket;
    this.#isTcp = message.kind === 'tcp';
    const { mainData, mainEnd, mainCredit, errorsData, errorsEnd, errorsCredit } = frameTypes;
    this.#main = new FramedDuplex(this.#link(mainData, mainEnd, mainCredit));
    this.#errors = new FramedDuplex(this.#link(errorsData, errorsEnd, errorsCredit));
    socket.sendControl(message, id);
  }

  /** Settles when the host has opened it. Rejects as a transport's open() does. */
  get opened(): Promise<void> {
    return this.#opened.promise;
  }

  /** The bytes of a TCP connection. */
  get stream(): FramedDuplex {
    return this.#main;
  }

  get channel(): Channel {
    return {
      ...{ stdin: this.#main, stdout: this.#main, stderr: this.#errors, closed: this.#closed.promise },
      close: () => {
        // What still arrives must be read for the channel to get to its end.
        this.#main.resume();
        this.#errors.resume();
        this.#close();
      },
    };
  }

  /** Whether nothing more will come. */
  get isDone(): boolean {
    return !this.#open.channel && !this.#open.main && !this.#open.errors;
  }

  onFrame(frame: Frame): void {
    const { type, payload } = frame;
    if (type === frameTypes.control) this.#onMessage(messageOf<BrokerMessage>(frame));
    else if (type === frameTypes.mainData) this.#main.incoming(payload);
    else if (type === frameTypes.errorsData) this.#errors.incoming(payload);
    else if (type === frameTypes.mainCredit) this.#main.granted(payload.readUInt32BE(0));
    else if (type === frameTypes.errorsCredit) this.#errors.granted(payload.readUInt32BE(0));
    else if (type === frameTypes.mainEnd) this.#endMain();
    else this.#endErrors();
  }

  /** It is over, whatever was under way. */
  end(end: ChannelEnd, error: Error): void {
    this.#open.channel = false;
    this.#opened.reject(error);
    this.#closed.resolve(end);
    this.#main.stopWriting();
    this.#endMain();
    this.#endErrors();
  }

  #onMessage(message: BrokerMessage): void {
    if (message.kind === 'opened') this.#opened.resolve();
    else if (message.kind === 'refused') this.end({ lost: false }, errorOf(message.error));
    else if (message.kind === 'closed') this.#onClosed(message.end);
  }

  /** A process may be gone while its last output is still on its way. */
  #onClosed(end: ChannelEnd): void {
    if (end.lost || this.#isTcp) return this.end(end, new Error('closed'));
    this.#open.channel = false;
    this.#main.stopWriting();
    void Promise.all([this.#main.allRead, this.#errors.allRead]).then(() => this.#closed.resolve(end));
  }

  #endMain(): void {
    this.#open.main = false;
    if (this.#isTcp && !this.#open.channel) this.#main.once('end', () => this.#main.destroy());
    this.#main.incomingEnd();
  }

  #endErrors(): void {
    this.#open.errors = false;
    this.#errors.incomingEnd();
  }

  #close(): void {
    if (this.#open.channel) this.#socket.sendControl({ kind: 'close' } satisfies RunMessage, this.#id);
  }

  #link(data: FrameType, end: FrameType, credit: FrameType): StreamLink {
    const id = this.#id;
    return {
      data: (chunk) => this.#socket.send(data, id, chunk),
      end: () => this.#socket.send(end, id, Buffer.alloc(0)),
      credit: (bytes) => this.#socket.send(credit, id, number32(bytes)),
      destroyed: () => {
        if (data === frameTypes.mainData && this.#isTcp) this.#close();
      },
    };
  }
}
