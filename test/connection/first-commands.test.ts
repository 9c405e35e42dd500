import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ExecRequest, ShellRequest } from '../../src/connection/connection.ts';
import { HostConnection } from '../../src/connection/host-connection.ts';
import { localTransport } from '../../src/connection/local-transport.ts';
import { ConnectionError } from '../../src/model/errors.ts';
import { type ScriptedChannel, scriptedTransport } from './scripted-channel.ts';
import { connectionWith, shells, temporaryDirectory } from './shells.ts';

const spec = { name: 'web1', transport: 'local', address: 'localhost' } as const;

function read(script: string): ShellRequest {
  return { script, timeoutMs: 10_000, locale: 'C', kind: 'read' };
}

type Look = ShellRequest & Required<Pick<ExecRequest, 'shared'>>;

function look(script: string): Look {
  return { ...read(script), shared: 'queued' };
}

describe.each(shells)("users' commands asked for with the first reads of a host, on %s", (shell) => {
  let connection: HostConnection;
  beforeEach(() => {
    connection = connectionWith(shell);
  });
  afterEach(() => connection.close());

  /** The answers, and how many channels were opened for them. */
  async function ask(...asked: (ShellRequest | Look)[]): Promise<{ told: string[]; channels: number }> {
    const replies = await Promise.all(
      asked.map((request) => ('shared' in request ? connection.exec(request) : connection.shell(request))),
    );
    return { told: replies.map(({ stdout }) => stdout.trim()), channels: connection.counters.channels };
  }

  it('go through their shell, behind them', async () => {
    const log = join(temporaryDirectory(), 'log');
    const say = (word: string) => `echo ${word} >>${log}; echo $(cat ${log})`;
    const asked = await ask(look(say('c')), read(say('a')), look(say('d')), read(say('b')));
    expect(asked).toEqual({ told: ['a b c', 'a', 'a b c d', 'a b'], channels: 1 });
  });

  it('go behind what follows from the answers, too', async () => {
    const order: string[] = [];
    const note = (word: string) => () => order.push(word);
    const command = connection.exec(look(':')).then(note('command'));
    await connection.shell(read(':')).then(note('read'));
    await connection.shell(read(':')).then(note('another'));
    await command;
    expect(order).toEqual(['read', 'another', 'command']);
    expect(connection.counters.channels).toBe(1);
  });

  it('need no read', async () => {
    expect(await ask(look('echo a'), look('echo b'))).toEqual({ told: ['a', 'b'], channels: 1 });
  });

  it('keep the shell for those that come later, and reads get another', async () => {
    await ask(read(':'), look(':'));
    expect(await ask(look('echo later'))).toEqual({ told: ['later'], channels: 1 });
    const asked = await ask(read('echo read'), look('echo last'), read('echo other'));
    expect(asked).toEqual({ told: ['read', 'last', 'other'], channels: 2 });
  });

  it('are not held up by reads that take long', async () => {
    const gate = join(temporaryDirectory(), 'gate');
    const asked = await ask(
      read(`while [ ! -e ${gate} ]; do sleep 0.05; done; echo opened`),
      look(`: >${gate}; echo open`),
    );
    expect(asked).toEqual({ told: ['opened', 'open'], channels: 2 });
    expect((await ask(read('echo again'), look('echo more'))).channels).toBe(2);
  });

  it('have a shell of their own where reads were asked for before', async () => {
    await ask(read(':'));
    expect(await ask(read('echo a'), look('echo b'))).toEqual({ told: ['a', 'b'], channels: 2 });
  });

  it('print into no read that comes later', async () => {
    const directory = temporaryDirectory();
    const noise = `( while [ ! -e ${directory}/stop ]; do echo noise; sleep 0.01; done; : >${directory}/over ) &`;
    await ask(read(':'), look(noise));
    const quiet = await ask(
      read(`sleep 0.1; : >${directory}/stop; while [ ! -e ${directory}/over ]; do :; done`),
    );
    expect(quiet).toEqual({ told: [''], channels: 2 });
  });
});

describe("first users' commands", () => {
  const refused = new ConnectionError('web1: refused');

  it.each([
    ['of a near host wait for its reads', 1, 1],
    ['of a far host have a shell of their own', 80, 2],
    ['have one where nobody knows how far the host is', undefined, 2],
  ])('%s', async (_title, roundTripMs, channels) => {
    const transport = Object.assign(localTransport(), { roundTripMs });
    const connection = new HostConnection(spec, async () => transport);
    const told: string[] = [];
    await Promise.all([
      connection.shell(read('sleep 0.1')).then(() => told.push('read')),
      connection.exec(look(':')).then(() => told.push('command')),
    ]);
    expect(told).toEqual(channels === 1 ? ['read', 'command'] : ['command', 'read']);
    expect(connection.counters.channels).toBe(channels);
    await connection.close();
  });

  it('fail with the reads where no shell can be opened', async () => {
    const connection = new HostConnection(spec, async () => {
      throw refused;
    });
    const asked = [connection.shell(read(':')), connection.exec(look(':')), connection.exec(look(':'))];
    const ends = await Promise.allSettled(asked);
    expect(ends.map((end) => end.status === 'rejected' && end.reason)).toEqual([refused, refused, refused]);
    await connection.close();
  });

  it('fail when the connection is closed', async () => {
    const opened: ScriptedChannel[] = [];
    const connection = new HostConnection(spec, async () =>
      scriptedTransport((channel) => opened.push(channel)),
    );
    const asked = [connection.shell(read(':')), connection.exec(look(':'))];
    const ends = Promise.allSettled(asked);
    await new Promise(setImmediate);
    await connection.close();
    for (const end of await ends) {
      expect(end).toMatchObject({ reason: { message: 'web1: the connection was closed' } });
    }
  });
});
