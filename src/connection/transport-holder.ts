import { ConnectionError } from '../model/errors.ts';
import type { Transport } from './transport.ts';

/** The present transport of a host; connects again when it is needed after a loss. */
export class TransportHolder {
  readonly #hostName: string;
  readonly #connect: () => Promise<Transport>;
  #current: Transport | undefined;
  #connecting: Promise<Transport> | undefined;
  #isClosed = false;

  constructor(hostName: string, connect: () => Promise<Transport>) {
    this.#hostName = hostName;
    this.#connect = connect;
  }

  /** The open transport; concurrent callers share one attempt. Throws ConnectionError. */
  get(): Promise<Transport> {
    if (this.#isClosed) return Promise.reject(closedError(this.#hostName));
    if (this.#current?.isOpen) return Promise.resolve(this.#current);
    this.#connecting ??= this.#attempt().finally(() => {
      this.#connecting = undefined;
    });
    return this.#connecting;
  }

  /** Gives up the present transport: nothing answers on it any more. */
  drop(): void {
    const transport = this.#current;
    this.#current = undefined;
    if (transport) abandon(transport).catch(() => undefined);
  }

  /** @param forGood nothing may keep it open */
  async close(forGood: boolean): Promise<void> {
    this.#isClosed = true;
    await this.#connecting?.catch(() => undefined);
    const transport = this.#current;
    this.#current = undefined;
    if (transport) await (forGood ? abandon(transport) : transport.close());
  }

  async #attempt(): Promise<Transport> {
    const transport = await this.#connect();
    this.#current = transport;
    if (!this.#isClosed) return transport;
    await transport.close();
    throw closedError(this.#hostName);
  }
}

function abandon(transport: Transport): Promise<void> {
  return transport.abandon?.() ?? transport.close();
}

/** Told to whoever asks, or still waits, when the connection was closed on purpose. */
export function closedError(hostName: string): ConnectionError {
  return new ConnectionError(`${hostName}: the connection was closed`);
}
