import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { KeptConnections } from '../../../src/connection/persist/kept-connections.ts';
import { type RouteWatch, sshRoute } from '../../../src/connection/ssh-connect.ts';
import type { SshTransport } from '../../../src/connection/ssh-transport.ts';
import { temporaryDirectory } from '../shells.ts';

const hostKey = Buffer.from('AAAAC3NzaC1lZDI1NTE5AAAAIGzVDRW1FkgzyGiVAzP8pFOuCmBGFqVBVBGAhPK2EQXU', 'base64');
const knownHosts = join(temporaryDirectory(), 'known_hosts');
const route = sshRoute({
  ...{ name: 'h1', transport: 'ssh', address: '192.0.2.1' },
  sshArgs: `-F none -o UserKnownHostsFile=${knownHosts} -o GlobalKnownHostsFile=none`,
});

/** A host that answers a probe while `answers` holds. */
class FakeHost {
  readonly connected: FakeConnection[] = [];
  answers = true;

  readonly connect = async (_route: unknown, watch: RouteWatch): Promise<SshTransport> => {
    const connection = new FakeConnection(this);
    watch.onHostKey(route.settings, hostKey);
    watch.onHeard();
    this.connected.push(connection);
    return connection;
  };
}

class FakeConnection implements SshTransport {
  readonly #host: FakeHost;
  readonly gone: Promise<string>;
  #end: (reason: string) => void = () => undefined;
  isOpen = true;

  constructor(host: FakeHost) {
    this.#host = host;
    this.gone = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  open = (): Promise<never> => Promise.reject(new Error('not asked for'));
  openTcp = (): Promise<never> => Promise.reject(new Error('not asked for'));
  probe = (): Promise<void> => (this.#host.answers ? Promise.resolve() : new Promise(() => undefined));
  close = async (): Promise<void> => this.lose('closed');

  lose(reason: string): void {
    this.isOpen = false;
    this.#end(reason);
  }
}

let host: FakeHost;
let kept: KeptConnections;
let changes: number;

beforeEach(() => {
  vi.useFakeTimers();
  writeFileSync(knownHosts, `192.0.2.1 ssh-ed25519 ${hostKey.toString('base64')}\n`);
  host = new FakeHost();
  changes = 0;
  kept = new KeptConnections(() => {
    changes++;
  }, host.connect);
});
afterEach(() => {
  vi.useRealTimers();
});

const settled = Promise.resolve(true);

describe('kept connections', () => {
  it('are lent to one run at a time', async () => {
    const first = await kept.logIn('key', route);
    expect(await kept.take('key')).toBeUndefined();
    kept.giveBack(first, 1_000, settled);
    expect(await kept.take('other key')).toBeUndefined();
    expect(await kept.take('key')).toBe(first);
    expect(await kept.take('key')).toBeUndefined();
    expect(kept.list()).toMatchObject([{ name: 'h1', host: '192.0.2.1', port: 22, isInUse: true }]);
  });

  it('end when nobody has used them for their time, not before', async () => {
    const one = await kept.logIn('key', route);
    kept.giveBack(one, 1_000, settled);
    await vi.advanceTimersByTimeAsync(900);
    expect(await kept.take('key')).toBe(one);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(one.transport.isOpen).toBe(true);
    kept.giveBack(one, 1_000, settled);
    await vi.advanceTimersByTimeAsync(1_000);
    expect([one.transport.isOpen, kept.isEmpty, changes]).toEqual([false, true, 1]);
  });

  it('are not lent again while a run has left something behind, and given up where it stays', async () => {
    const clean = await kept.logIn('key', route);
    let isClean: (value: boolean) => void = () => undefined;
    kept.giveBack(
      clean,
      60_000,
      new Promise((resolve) => {
        isClean = resolve;
      }),
    );
    const taken = kept.take('key');
    isClean(true);
    expect(await taken).toBe(clean);
    kept.giveBack(clean, 60_000, Promise.resolve(false));
    expect(await kept.take('key')).toBeUndefined();
    expect(clean.transport.isOpen).toBe(false);
  });

  it('must answer after a long silence', async () => {
    const one = await kept.logIn('key', route);
    kept.giveBack(one, 600_000, settled);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(await kept.take('key')).toBe(one);
    kept.giveBack(one, 600_000, settled);
    host.answers = false;
    await vi.advanceTimersByTimeAsync(30_000);
    const taken = kept.take('key');
    await vi.advanceTimersByTimeAsync(6_000);
    expect([await taken, one.transport.isOpen]).toEqual([undefined, false]);
  });

  it('are lent at once where they were heard of just now, and ended where they do not answer after all', async () => {
    const one = await kept.logIn('key', route);
    const reasons: string[] = [];
    kept.giveBack(one, 600_000, settled);
    host.answers = false;
    expect(await kept.take('key')).toBe(one);
    one.onGone = (reason) => reasons.push(reason);
    await vi.advanceTimersByTimeAsync(6_000);
    expect([reasons, kept.isEmpty]).toEqual([['closed'], true]);
  });

  it.each<[string, string]>([
    [
      'revoked',
      `192.0.2.1 ssh-ed25519 ${hostKey.toString('base64')}\n@revoked * ssh-ed25519 ${hostKey.toString('base64')}\n`,
    ],
    ['forgotten', ''],
    ['replaced', `192.0.2.1 ssh-ed25519 ${Buffer.from(hostKey).fill(1, 30).toString('base64')}\n`],
  ])('are ended once the host key is %s', async (_title, text) => {
    const one = await kept.logIn('key', route);
    kept.giveBack(one, 600_000, settled);
    writeFileSync(knownHosts, text);
    expect(await kept.take('key')).toBeUndefined();
    expect(one.transport.isOpen).toBe(false);
  });

  it('are gone when the host ends them', async () => {
    const one = await kept.logIn('key', route);
    kept.giveBack(one, 600_000, settled);
    host.connected[0]?.lose('reset by peer');
    expect(await kept.take('key')).toBeUndefined();
    expect([kept.isEmpty, changes]).toEqual([true, 1]);
  });

  it('can be ended by hand, but those in use', async () => {
    const used = await kept.logIn('key', route);
    const idle = await kept.logIn('key', route);
    kept.giveBack(idle, 600_000, settled);
    expect(kept.endIdle()).toBe(1);
    expect([used.transport.isOpen, idle.transport.isOpen]).toEqual([true, false]);
  });
});
