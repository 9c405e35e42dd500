import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HostConnection } from '../../src/connection/host-connection.ts';
import { localTransport } from '../../src/connection/local-transport.ts';
import { defineModule, type Step } from '../../src/module/index.ts';
import { type RunYamlOptions, runYaml } from './run-yaml.ts';

/** Plans the steps it is given: `put PATH TEXT`, `remove PATH`, `run SCRIPT`, `own SCRIPT` (a channel of its own). */
const several = defineModule({
  name: 'several',
  summary: 'Carry out steps.',
  kind: 'action',
  params: {
    type: 'object',
    required: ['steps'],
    properties: {
      steps: { type: 'array', items: { type: 'string' } },
      expect: { type: 'array', items: { type: 'integer' } },
    },
  },
  examples: '- several: {steps: [run true]}',
  async read() {
    return {};
  },
  plan: ({ steps, expect: expected }) => steps.map((line) => stepOf(line, expected)),
  result: ({ outcomes }) => ({
    outcomes: outcomes.map(({ status }) => status),
    printed: outcomes.map(({ exec }) => exec?.stdout.trim() ?? ''),
  }),
});

function stepOf(line: string, expected: readonly number[] | undefined): Step {
  const [kind = '', path = '', ...words] = line.split(' ');
  if (kind === 'put')
    return { kind, path, content: { text: `${words.join(' ')}\n` }, summary: `write ${path}` };
  if (kind === 'send')
    return {
      kind: 'put',
      path,
      content: { localFile: words.join(' ') },
      before: null,
      summary: `send ${path}`,
    };
  if (kind === 'remove') return { kind, path, summary: `remove ${path}` };
  const script = line.slice(kind.length + 1);
  const own = kind === 'own' ? { long: true } : {};
  return { kind: 'run', script, summary: `run ${script}`, ...own, ...(expected ? { expect: expected } : {}) };
}

let place: string;
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'mooring-plans-'));
});
afterAll(() => rm(place, { recursive: true, force: true }));

/** Runs one task of several steps on this machine; `$D` in them is a fresh directory. */
async function runSteps(
  steps: readonly string[],
  options: RunYamlOptions & { readonly more?: string; readonly keywords?: string } = {},
) {
  const { more = '', keywords = '', ...rest } = options;
  let directory = '';
  const connections: HostConnection[] = [];
  const run = await runYaml(
    `- hosts: all\n  tasks:\n    - name: plan\n      several: {steps: ${JSON.stringify(steps)}${more}}\n      ${keywords}\n`,
    {
      modules: [several],
      open: async (spec) => {
        directory = await mkdtemp(join(place, 'host-'));
        const environment = { ...process.env, D: directory };
        const connection = new HostConnection(spec, async () => localTransport(environment));
        connections.push(connection);
        return connection;
      },
      ...rest,
    },
  );
  return { run, directory, result: run.result('plan'), writes: connections.at(-1)?.counters.writes };
}

describe('a plan of several steps', () => {
  it('goes out in one write', async () => {
    const { result, writes } = await runSteps(
      ['run mkdir $D/sub', 'run echo one >$D/sub/a', 'run cat $D/sub/a', 'run rm $D/sub/a'],
      { speculate: true },
    );
    expect(result).toMatchObject({ outcome: 'changed', values: { printed: ['', '', 'one', ''] } });
    expect(writes).toBe(1);
  });

  it('goes out before, at and behind a step on a channel of its own, each in its turn', async () => {
    const { result, directory } = await runSteps([
      'run echo 1 >>$D/log',
      'run echo 2 >>$D/log',
      'own echo 3 >>$D/log',
      'run echo 4 >>$D/log',
      'run cat $D/log',
    ]);
    expect(result).toMatchObject({ values: { printed: ['', '', '', '', '1\n2\n3\n4'] } });
    expect(await readdir(directory)).toEqual(['log']);
  });

  it.each<[string, readonly string[], readonly string[], string]>([
    ['the first', ['run exit 3', 'run : >$D/a'], ['failed', 'skipped'], 'run exit 3: exit code 3'],
    [
      'one in the middle',
      ['run : >$D/kept', 'run echo no >&2; exit 1', 'run : >$D/a', 'run : >$D/b'],
      ['applied', 'failed', 'skipped', 'skipped'],
      'run echo no >&2; exit 1: exit code 1: no',
    ],
    ['the last', ['run : >$D/kept', 'run exit 4'], ['applied', 'failed'], 'run exit 4: exit code 4'],
    [
      'one before a step on a channel of its own',
      ['run exit 5', 'run :', 'own : >$D/a', 'run : >$D/b'],
      ['failed', 'skipped', 'skipped', 'skipped'],
      'run exit 5: exit code 5',
    ],
    [
      'a write',
      ['run : >$D/kept', 'put /proc/none/file text', 'run : >$D/a'],
      ['applied', 'failed', 'skipped'],
      'write /proc/none/file: ',
    ],
    [
      'one that is over before it can be sent',
      ['run : >$D/kept', 'send /tmp/mooring-never /nowhere/at/all', 'run : >$D/a'],
      ['applied', 'failed', 'skipped'],
      'send /tmp/mooring-never: ',
    ],
  ])('stops where %s fails', async (_title, steps, outcomes, message) => {
    const { result, directory } = await runSteps(steps);
    expect(result).toMatchObject({ outcome: 'failed', values: { outcomes } });
    expect(result.message).toContain(message);
    expect((await readdir(directory)).filter((name) => name !== 'kept')).toEqual([]);
  });

  it('goes by the exit codes that a step says are well', async () => {
    const { result } = await runSteps(['run exit 3', 'run echo on', 'run exit 2', 'run echo never'], {
      more: ', expect: [0, 3]',
    });
    expect(result).toMatchObject({ values: { outcomes: ['applied', 'applied', 'failed', 'skipped'] } });
  });

  it('fills no large file before the steps that come first have ended well', async () => {
    const source = join(place, 'large');
    await writeFile(source, Buffer.alloc(700_000, 'x'));
    const target = join(place, 'made', 'large');
    const made = await runSteps(
      [`run mkdir -p ${place}/made`, `send ${target} ${source}`, `run wc -c <${target}`],
      {
        speculate: true,
      },
    );
    expect(made.result).toMatchObject({ outcome: 'changed', values: { printed: ['', '', '700000'] } });
    await rm(join(place, 'made'), { recursive: true });
    const failing = await runSteps([`run exit 1`, `send ${place}/none ${source}`, 'run : >$D/a']);
    expect(failing.result).toMatchObject({ values: { outcomes: ['failed', 'skipped', 'skipped'] } });
    expect((await readdir(place)).filter((name) => name.startsWith('.mooring') || name === 'none')).toEqual(
      [],
    );
  });

  it('names all steps that were under way when contact was lost', async () => {
    const { result, directory } = await runSteps([
      'run : >$D/kept',
      'run kill -KILL $$; sleep 5',
      'run : >$D/a',
      'run : >$D/b',
    ]);
    expect(result.outcome).toBe('unreachable');
    expect(result.message).toContain('during: run kill -KILL $$; sleep 5; run : >$D/a; run : >$D/b');
    expect(await readdir(directory)).toEqual(['kept']);
  });

  it('sends one step after another where a deadline runs over all of them', async () => {
    const { result, writes } = await runSteps(['run :', 'run :', 'run :'], {
      speculate: true,
      keywords: 'timeout: 60',
    });
    expect([result.outcome, writes]).toEqual(['changed', 3]);
  });
});
