import { describe, expect, it } from 'vitest';
import type { ShellRequest } from '../../src/connection/connection.ts';
import { openShell } from '../../src/connection/open-shell.ts';
import { PipelinedShell } from '../../src/connection/pipelined-shell.ts';
import { type ScriptedChannel, sayNonce, scriptedTransport, tokenOf } from './scripted-channel.ts';

const request = (script: string): ShellRequest => ({
  script,
  timeoutMs: 60_000,
  locale: 'login',
  kind: 'read',
});
const tick = () => new Promise((resolve) => setTimeout(resolve, 20));
const idsIn = (text: string) => [...text.matchAll(/ e (\d+) %s\\n'/g)].map(([, id]) => Number(id));

async function startShell(options: { highWaterMark?: number; isBlocked?: () => boolean } = {}) {
  const channels: ScriptedChannel[] = [];
  const transport = scriptedTransport((channel) => {
    channels.push(channel);
    sayNonce(channel);
  }, options);
  const counters = { requests: 0, writes: 0 };
  const shell = new PipelinedShell({
    hostName: 'web1',
    open: () => openShell({ transport, hostName: 'web1', timeoutMs: 1_000 }),
    kill: async () => true,
    onUnreachable: () => undefined,
    counters,
  });
  return { shell, counters, channels };
}

function reply(channel: ScriptedChannel, id: number, stdout = ''): void {
  const token = tokenOf(channel.command);
  channel.print('stdout', `\x1e${token} b ${id}\n${stdout}\x1e${token} e ${id} 0\n`);
  channel.print('stderr', `\x1e${token} b ${id}\n\x1e${token} e ${id}\n`);
}

describe('flow control', () => {
  it('has at most 500 requests under way', async () => {
    const { shell, channels } = await startShell();
    const replies = Promise.all(Array.from({ length: 600 }, () => shell.request(request(':'))));
    await tick();
    const [channel] = channels;
    expect(idsIn(channel?.written() ?? '')).toHaveLength(500);
    for (let id = 1; id <= 600; id++) {
      if (channel) reply(channel, id);
      if (id === 500) await tick();
    }
    expect(await replies).toHaveLength(600);
    shell.close();
  });

  it('has at most 256 KiB under way, but always one request', async () => {
    const { shell, channels } = await startShell();
    const sizes = [300_000, 100_000, 100_000, 100_000];
    const replies = sizes.map((size) => shell.request(request(`: ${'x'.repeat(size)}`)));
    const written = async () => {
      await tick();
      return idsIn(channels[0]?.written() ?? '');
    };
    expect(await written()).toEqual([1]);
    if (channels[0]) reply(channels[0], 1);
    expect(await written()).toEqual([1, 2, 3]);
    if (channels[0]) reply(channels[0], 2);
    expect(await written()).toEqual([1, 2, 3, 4]);
    if (channels[0]) for (const id of [3, 4]) reply(channels[0], id);
    expect(await Promise.all(replies)).toHaveLength(4);
    shell.close();
  });

  it('writes no more while the stream says it is full', async () => {
    const gate = { isShut: true };
    const { shell, channels } = await startShell({ highWaterMark: 1_000, isBlocked: () => gate.isShut });
    const first = shell.request(request(`: ${'x'.repeat(2_000)}`));
    await tick();
    const second = shell.request(request(': second'));
    await tick();
    expect(idsIn(channels[0]?.written() ?? '')).toEqual([1]);
    expect(channels[0]?.written()).not.toContain('second');
    for (const pending of [first, second]) pending.catch(() => undefined);
    shell.close();
  });
});

describe('replies', () => {
  it('is complete only when both streams have ended it', async () => {
    const { shell, channels } = await startShell();
    let isDone = false;
    const answer = shell.request(request(':')).finally(() => {
      isDone = true;
    });
    await tick();
    const [channel] = channels;
    const token = tokenOf(channel?.command ?? '');
    channel?.print('stdout', `\x1e${token} b 1\nout\x1e${token} e 1 7\n`);
    await tick();
    expect(isDone).toBe(false);
    channel?.print('stderr', `dropped\x1e${token} b 1\nerr\x1e${token} e 1\n`);
    expect(await answer).toMatchObject({ exitCode: 7, stdout: 'out', stderr: 'err' });
    shell.close();
  });

  it('lets one stream run ahead of the other', async () => {
    const { shell, channels } = await startShell();
    const answers = Promise.all([shell.request(request(': 1')), shell.request(request(': 2'))]);
    await tick();
    const [channel] = channels;
    const token = tokenOf(channel?.command ?? '');
    channel?.print(
      'stdout',
      `\x1e${token} b 1\na\x1e${token} e 1 0\n\x1e${token} b 2\nb\x1e${token} e 2 0\n`,
    );
    channel?.print('stderr', `\x1e${token} b 1\nx\x1e${token} e 1\n\x1e${token} b 2\ny\x1e${token} e 2\n`);
    expect((await answers).map(({ stdout, stderr }) => stdout + stderr)).toEqual(['ax', 'by']);
    shell.close();
  });

  it('writes all requests of one tick at once', async () => {
    const { shell, channels, counters } = await startShell();
    const answers = Promise.all(Array.from({ length: 5 }, () => shell.request(request(':'))));
    await tick();
    if (channels[0]) for (let id = 1; id <= 5; id++) reply(channels[0], id);
    await answers;
    expect(counters).toEqual({ requests: 5, writes: 1 });
    shell.close();
  });

  it('ends what waits when it is closed', async () => {
    const { shell } = await startShell();
    const answer = shell.request(request(':'));
    shell.close();
    await expect(answer).rejects.toThrow('web1: the connection was closed');
    await expect(shell.request(request(':'))).rejects.toThrow('web1: the connection was closed');
  });
});
