import { existsSync, mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HostConnection } from '../../src/connection/host-connection.ts';
import type { JobState } from '../../src/connection/host-reads.ts';
import { readJob, startJob } from '../../src/connection/index.ts';
import { connectionWith, shells, temporaryDirectory } from './shells.ts';

const common = { locale: 'login', limitMs: 60_000, note: '{"cmd":"x"}' } as const;

function isAlive(pid: number): boolean {
  const status = existsSync(`/proc/${pid}/status`) ? readFileSync(`/proc/${pid}/status`, 'utf8') : '';
  return status !== '' && !/^State:\s+Z/m.test(status);
}

describe.each(shells)('a job that is not waited for, on %s', (shell) => {
  let connection: HostConnection;
  const { TMPDIR } = process.env;
  beforeAll(() => {
    process.env['TMPDIR'] = temporaryDirectory();
    connection = connectionWith(shell);
  });
  afterAll(async () => {
    if (TMPDIR === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = TMPDIR;
    await connection.close();
  });

  async function ended(id: string, by = connection): Promise<JobState> {
    for (const giveUpAt = Date.now() + 20_000; Date.now() < giveUpAt; ) {
      const state = await readJob(by, undefined, id);
      if (!state) throw new Error('there is no such job');
      if (state.status !== 'running') return state;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error('the job never ended');
  }

  it('is there at once, and has its result when it has ended', async () => {
    const gate = join(temporaryDirectory(), 'gate');
    const script = `cat; echo "it's out"; echo err >&2; while [ ! -e ${gate} ]; do sleep 0.05; done; exit 6`;
    const stdin = Buffer.from('payload\n');
    const { id, directory } = await startJob(connection, undefined, { ...common, script, stdin });
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    expect(await readJob(connection, undefined, id)).toMatchObject({
      ...{ id, directory, status: 'running', exitCode: 0, stdout: '', note: '{"cmd":"x"}' },
    });
    writeFileSync(gate, '');
    const state = await ended(id);
    expect(state).toMatchObject({
      status: 'ended',
      exitCode: 6,
      stdout: "payload\nit's out\n",
      stderr: 'err\n',
    });
    expect(state.endedAt - state.startedAt).toBeLessThan(20_000);
    expect(Math.abs(state.startedAt - Date.now())).toBeLessThan(30_000);
  });

  it('outlives the connection that started it', async () => {
    const short = connectionWith(shell);
    const { id } = await startJob(short, undefined, { ...common, script: 'sleep 1; echo later' });
    await short.close();
    expect(await ended(id)).toMatchObject({ status: 'ended', stdout: 'later\n' });
  });

  it('is killed with all its processes when its time is over', async () => {
    const directory = temporaryDirectory();
    const script = `(trap '' TERM; echo $$; exec sleep 61) & echo $! >${directory}/child; echo part; sleep 62`;
    const { id } = await startJob(connection, undefined, { ...common, limitMs: 1000, script });
    expect(await ended(id)).toMatchObject({
      status: 'late',
      exitCode: 143,
      stdout: expect.stringContaining('part'),
    });
    expect(isAlive(Number(readFileSync(`${directory}/child`, 'utf8')))).toBe(false);
  });

  it('that nobody can tell the end of is told from one under way', async () => {
    const { id, directory } = await startJob(connection, undefined, { ...common, script: 'sleep 3' });
    const watcher = Number(readFileSync(join(directory, 'watcher'), 'utf8'));
    expect(watcher).toBeGreaterThan(1);
    process.kill(watcher, 'SIGKILL');
    expect(await ended(id)).toMatchObject({ status: 'lost' });
  });

  it('removes what was staged for it, and results that ended more than a week ago', async () => {
    const stage = temporaryDirectory();
    const first = await startJob(connection, undefined, { ...common, script: ':' });
    await ended(first.id);
    const old = new Date(Date.now() - 9 * 86_400_000);
    utimesSync(join(first.directory, 'code'), old, old);
    const recent = await startJob(connection, undefined, { ...common, script: ':' });
    await ended(recent.id);
    mkdirSync(join(stage, 'staged'));
    const remove = join(stage, 'staged');
    const last = await startJob(connection, undefined, { ...common, script: ':', remove });
    await ended(last.id);
    expect(existsSync(remove)).toBe(false);
    for (const giveUpAt = Date.now() + 5000; existsSync(first.directory) && Date.now() < giveUpAt; ) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect([first, recent, last].map(({ directory }) => existsSync(directory))).toEqual([false, true, true]);
  });

  it.each(['j00ff', '../../etc', 'x; echo', ''])('"%s" is no job', async (id) => {
    expect(await readJob(connection, undefined, id)).toBeUndefined();
  });
});
