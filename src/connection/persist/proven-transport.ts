import type { Duplex } from 'node:stream';
import { ConnectionError } from '../../model/errors.ts';
import type { Channel, Transport } from '../transport.ts';

/**
 * A lent connection may have died without anybody noticing. As long as nothing was opened on it, it is replaced
 * silently, once: nothing can have been under way.
 */
export class ProvenTransport implements Transport {
  #transport: Transport;
  readonly #connect: () => Promise<Transport>;
  #isProven = false;
  #isClosed = false;
  #replacing: Promise<Transport> | undefined;

  /** @param connect makes another connection in its place */
  constructor(transport: Transport, connect: () => Promise<Transport>) {
    this.#transport = transport;
    this.#connect = connect;
  }

  get isOpen(): boolean {
    return this.#transport.isOpen;
  }

  open(command: string): Promise<Channel> {
    return this.#prove((transport) => transport.open(command));
  }

  openTcp(address: string, port: number): Promise<Duplex> {
    return this.#prove((transport) => transport.openTcp(address, port));
  }

  close(): Promise<void> {
    this.#isClosed = true;
    return this.#transport.close();
  }

  abandon(): Promise<void> {
    this.#isClosed = true;
    return this.#transport.abandon?.() ?? this.#transport.close();
  }

  async #prove<T>(action: (transport: Transport) => Promise<T>): Promise<T> {
    const used = this.#transport;
    try {
      const result = await action(used);
      this.#isProven = true;
      return result;
    } catch (error) {
      if (this.#isProven || this.#isClosed || used.isOpen) throw error;
      return action(await this.#replace());
    }
  }

  /** All that fail together wait for one replacement. */
  #replace(): Promise<Transport> {
    this.#replacing ??= this.#connect().then((transport) => {
      this.#transport = transport;
      if (!this.#isClosed) return transport;
      return transport.close().then(() => {
        throw new ConnectionError('the connection was closed');
      });
    });
    return this.#replacing;
  }
}
