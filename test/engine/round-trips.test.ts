import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HostConnection } from '../../src/connection/host-connection.ts';
import { localTransport } from '../../src/connection/local-transport.ts';
import { defineModule } from '../../src/module/index.ts';
import { type DistantConnection, distantConnection } from '../support/distant-connection.ts';
import { fakeDebian } from '../support/fake-debian.ts';
import { countingPrograms, type ProgramCounts } from '../support/programs-counted.ts';
import { type RunYamlOptions, runYaml } from './run-yaml.ts';

/** Opening the shell, which comes once. */
const opening = 2;

interface Costs {
  readonly recap: string;
  /** Of the host that took most; since there was contact, the opening of the shell left out. */
  readonly roundTrips: number;
  readonly channels: number;
  readonly programs: ProgramCounts;
}

let place: string;

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'mooring-far-'));
});

afterAll(async () => {
  await rm(place, { recursive: true, force: true });
});

/** Runs tasks on a host 30 ms away, with a place of its own. */
async function costsOf(
  tasks: (directory: string) => string,
  options: RunYamlOptions & {
    readonly present?: Readonly<Record<string, string>>;
    readonly installed?: readonly string[];
    /** Besides `hosts` and `tasks`. */
    readonly play?: string;
  } = {},
): Promise<Costs> {
  const directory = await mkdtemp(join(place, 'host-'));
  const programs = await countingPrograms(await mkdtemp(join(place, 'bin-')));
  const { present, installed = [], play = '', ...rest } = options;
  const debian = await mkdtemp(join(place, 'debian-'));
  const environment = await fakeDebian(debian, programs.environment, { installed });
  for (const [name, text] of Object.entries(present ?? {})) await writeFile(join(directory, name), text);
  const far: DistantConnection[] = [];
  const text = tasks(directory).replaceAll(/^/gm, '    ');
  const run = await runYaml(`- hosts: all\n${play.replaceAll(/^(?=.)/gm, '  ')}\n  tasks:\n${text}`, {
    speculate: true,
    open: async (spec) => {
      const near = new HostConnection(spec, async () => localTransport(environment));
      const connection = distantConnection(near, { roundTripMs: 30 });
      far.push(connection);
      return connection;
    },
    ...rest,
  });
  return {
    recap: run.recap('h1'),
    roundTrips: Math.max(...far.map((connection) => connection.roundTrips())) - opening,
    channels: Math.max(...far.map((connection) => connection.counters.channels)),
    programs: await programs.counts(),
  };
}

function times(count: number, make: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => make(index)).join('\n');
}

function entries(count: number, make: (index: number) => [string, string]): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => make(index)));
}

const mixed = (count: number) => (directory: string) =>
  [
    times(count, (i) => `- copy: {content: "hello ${i}\\n", dest: ${directory}/copy${i}}`),
    times(count, (i) => `- lineinfile: {path: ${directory}/line${i}, line: this}`),
    times(count, () => '- command: echo looked\n  changed_when: false\n  check_mode: false'),
  ].join('\n');

const converged = (count: number): Record<string, string> => ({
  ...entries(count, (i) => [`copy${i}`, `hello ${i}\n`]),
  ...entries(count, (i) => [`line${i}`, 'other\nthis\n']),
});

describe('what a run costs on a host far away', () => {
  it.each([1, 10, 33])('a converged play of three times %i tasks takes one round trip', async (count) => {
    const costs = await costsOf(mixed(count), { present: converged(count) });
    expect(costs.recap).toBe(`ok=${3 * count}`);
    expect(costs.roundTrips).toBe(1);
    expect(costs.channels).toBeLessThanOrEqual(2);
  });

  it('starts a handful of programs on a converged host, however many tasks there are', async () => {
    const costs = await costsOf(mixed(10), { present: converged(10) });
    expect(Object.keys(costs.programs).sort()).toEqual(['head', 'sha256sum', 'stat']);
    expect(Object.values(costs.programs).reduce((sum, count) => sum + count)).toBeLessThanOrEqual(5);
  });

  it.each<[string, (directory: string, index: number) => string]>([
    ['copy of a text', (directory, i) => `- copy: {content: "new ${i}\\n", dest: ${directory}/a${i}}`],
    ['copy of a file', (directory, i) => `- copy: {src: f${i}, dest: ${directory}/a${i}}`],
    ['template', (directory, i) => `- template: {src: t.hbs, dest: ${directory}/a${i}}`],
    ['file', (directory, i) => `- file: {path: ${directory}/a${i}, state: directory, mode: '0700'}`],
    ['lineinfile', (directory, i) => `- lineinfile: {path: ${directory}/all, line: n${i}, create: true}`],
  ])('%s: a play in which each task changes something takes one round trip a task', async (_, task) => {
    const files = { ...entries(12, (i) => [`files/f${i}`, `text ${i}\n`]), 'templates/t.hbs': 'rendered\n' };
    const costs = await costsOf((directory) => times(12, (i) => task(directory, i)), { files });
    expect(costs.recap).toBe('ok=12 changed=12');
    expect(costs.roundTrips).toBeLessThanOrEqual(13);
  });

  it('a loop in which each item changes something takes one round trip an item', async () => {
    const costs = await costsOf(
      (directory) =>
        `- copy: {content: x, dest: '${directory}/{{ item }}'}\n  loop: [a, b, c, d, e, f, g, h, i, j]`,
    );
    expect(costs.recap).toBe('ok=1 changed=1');
    expect(costs.roundTrips).toBeLessThanOrEqual(11);
  });

  it('reads all items of a loop together, also where they are known only in its turn', async () => {
    const costs = await costsOf(
      (directory) => `
- command: echo a b c d e f
  changed_when: false
  check_mode: false
  register: names
- copy: {content: x, dest: '${directory}/{{ item }}'}
  loop: "{{ split names.stdout ' ' }}"`,
      { present: entries(6, (i) => ['abcdef'.charAt(i), 'x']) },
    );
    expect(costs.recap).toBe('ok=2');
    expect(costs.roundTrips).toBeLessThanOrEqual(2);
  });

  it('reads tasks that hang on one variable together, once it is set', async () => {
    const costs = await costsOf(
      (directory) => `
- command: echo hello
  changed_when: false
  check_mode: false
  register: greeting
${times(10, (i) => `- copy: {content: '{{ greeting.stdout }}', dest: ${directory}/a${i}}`)}`,
      { present: entries(10, (i) => [`a${i}`, 'hello']) },
    );
    expect(costs.recap).toBe('ok=11');
    expect(costs.roundTrips).toBeLessThanOrEqual(2);
  });

  it("a user's command takes one round trip, as its channel is opened ahead", async () => {
    const costs = await costsOf((directory) => times(8, (i) => `- command: touch ${directory}/${i}`));
    expect(costs.recap).toBe('ok=8 changed=8');
    expect(costs.roundTrips).toBeLessThanOrEqual(3 * 8);
    expect(costs.channels).toBeLessThanOrEqual(8 + 1);
  });

  it('commands and files in turn take at most four round trips a pair', async () => {
    const costs = await costsOf((directory) =>
      times(
        5,
        (i) =>
          `- command: touch ${directory}/${i}\n- copy: {content: "hello ${i}\\n", dest: ${directory}/c${i}}`,
      ),
    );
    expect(costs.recap).toBe('ok=10 changed=10');
    expect(costs.roundTrips).toBeLessThanOrEqual(5 * 4);
  });

  it('reads across includes that are decided, into them and out of them', async () => {
    const costs = await costsOf(
      (directory) => `
- copy: {content: x, dest: ${directory}/before}
- include_tasks: more.yml
  vars: {place: ${directory}}
- include_tasks: none.yml
  when: false
- include_tasks: '{{ which }}.yml'
  vars: {place: ${directory}}
- copy: {content: x, dest: ${directory}/after}`,
      {
        present: Object.fromEntries(['before', 'after', 'inner'].map((name) => [name, 'x'])),
        hosts: { h1: { which: 'more' } },
        files: {
          'more.yml': `- copy: {content: x, dest: '{{ place }}/inner'}\n`.repeat(5),
          'none.yml': '- fail: {msg: never}\n',
        },
      },
    );
    expect(costs.recap).toBe('ok=14 skipped=1');
    expect(costs.roundTrips).toBeLessThanOrEqual(2);
  });

  it('grows again after changes', async () => {
    const costs = await costsOf(
      (directory) =>
        `${times(6, (i) => `- copy: {content: x, dest: ${directory}/new${i}}`)}\n${mixed(10)(directory)}`,
      { present: converged(10) },
    );
    expect(costs.recap).toBe('ok=36 changed=6');
    expect(costs.roundTrips).toBeLessThanOrEqual(6 + 5);
  });

  it('packages to install take one round trip a task, besides the first looks and the first channels', async () => {
    const costs = await costsOf(() => times(20, (i) => `- apt: {name: package${i}}`));
    expect(costs.recap).toBe('ok=20 changed=20');
    expect(costs.roundTrips).toBeLessThanOrEqual(20 + 6);
  });

  it('packages that are there take one round trip together, and open no channel', async () => {
    const installed = Array.from({ length: 20 }, (_, index) => `package${index}`);
    const costs = await costsOf(() => times(20, (i) => `- apt: {name: package${i}}`), { installed });
    expect(costs.recap).toBe('ok=20');
    expect([costs.roundTrips, costs.channels]).toEqual([1, 1]);
  });

  it('packages and files in turn take one round trip a task', async () => {
    const costs = await costsOf((directory) =>
      times(
        5,
        (i) => `- apt: {name: package${i}}\n- copy: {content: "new ${i}\\n", dest: ${directory}/a${i}}`,
      ),
    );
    expect(costs.recap).toBe('ok=10 changed=10');
    expect(costs.roundTrips).toBeLessThanOrEqual(10 + 6);
  });

  it('a task for another user costs what any other does, as that shell is opened ahead', async () => {
    const task = (directory: string) => (i: number) =>
      `- copy: {content: "new ${i}\\n", dest: ${directory}/a${i}}\n  become: true\n  become_user: ${i % 2 ? 'one' : 'two'}`;
    const converged = await costsOf((directory) => times(10, task(directory)), {
      present: entries(10, (i) => [`a${i}`, `new ${i}\n`]),
    });
    expect(converged.recap).toBe('ok=10');
    expect(converged.roundTrips).toBe(1);
    const changing = await costsOf((directory) => times(10, task(directory)));
    expect(changing.recap).toBe('ok=10 changed=10');
    // Behind a step of one user nothing of the other can be read: a change of the user is one more.
    expect(changing.roundTrips).toBeLessThanOrEqual(10 + 11);
  });

  it('commands of other users have their channels opened ahead too, as these users', async () => {
    const costs = await costsOf((directory) =>
      times(
        8,
        (i) => `- command: touch ${directory}/${i}\n  become: true\n  become_user: ${i < 4 ? 'one' : 'two'}`,
      ),
    );
    expect(costs.recap).toBe('ok=8 changed=8');
    expect(costs.roundTrips).toBeLessThanOrEqual(8 + 3);
  });

  it.each<[string, string, readonly string[]]>([
    ['batches of one', 'serial: 1', ['h1', 'h2', 'h3']],
    ['the free strategy', 'strategy: free', ['h1', 'h2', 'h3']],
    ['one host', 'gather_facts: false', ['h1']],
  ])(
    '%s: a converged play takes one round trip a host, a changing one one a task',
    async (_, play, hosts) => {
      const task = (directory: string) => (i: number) =>
        `- copy: {content: "new ${i}\\n", dest: '${directory}/{{ inventory_hostname }}-${i}'}`;
      const files = hosts.flatMap((host) => times(10, (i) => `${host}-${i}=new ${i}`).split('\n'));
      const present = Object.fromEntries(
        files.map((line) => [line.split('=')[0], `${line.split('=')[1]}\n`]),
      );
      const converged = await costsOf((directory) => times(10, task(directory)), { play, hosts, present });
      expect([converged.recap, converged.roundTrips]).toEqual(['ok=10', 1]);
      const changing = await costsOf((directory) => times(10, task(directory)), { play, hosts });
      expect(changing.recap).toBe('ok=10 changed=10');
      expect(changing.roundTrips).toBeLessThanOrEqual(11);
    },
  );

  it('tasks of run_once and of delegate_to, converged, take one round trip for each that acts elsewhere', async () => {
    const costs = await costsOf(
      (directory) => `
${times(5, (i) => `- copy: {content: "text ${i}\\n", dest: ${directory}/a${i}}\n  run_once: true`)}
${times(5, (i) => `- copy: {content: "text ${i}\\n", dest: ${directory}/b${i}}\n  delegate_to: h2`)}
${times(5, (i) => `- copy: {content: "text ${i}\\n", dest: ${directory}/c${i}}`)}`,
      {
        hosts: ['h1', 'h2'],
        present: entries(15, (i) => [`${'abc'.charAt(i / 5)}${i % 5}`, `text ${i % 5}\n`]),
      },
    );
    expect(costs.recap).toBe('ok=15');
    expect(costs.roundTrips).toBeLessThanOrEqual(4);
  });

  it('handlers that are notified are read together, and take one round trip each where they change something', async () => {
    const play = (directory: string) =>
      `handlers:\n${times(4, (i) => `  - {name: handler ${i}, listen: all, copy: {content: h, dest: ${directory}/h${i}}}`)}`;
    const directory = await mkdtemp(join(place, 'handlers-'));
    const costs = await costsOf(
      (own) => times(4, (i) => `- {copy: {content: x, dest: ${own}/a${i}}, notify: all}`),
      { play: play(directory) },
    );
    expect(costs.recap).toBe('ok=8 changed=8');
    expect(costs.roundTrips).toBeLessThanOrEqual(8 + 2);
  });

  it('a plan of several file steps takes one round trip, with the reads of the next task behind it', async () => {
    const several = defineModule({
      name: 'several',
      summary: 'Write files, and remove one.',
      kind: 'state',
      params: { type: 'object', required: ['path'], properties: { path: { type: 'string' } } },
      examples: '- several: {path: /tmp/x}',
      read: async (host, { path }) => ({ isThere: (await host.stat(`${path}/done`)) !== undefined }),
      plan: ({ path }, { isThere }) =>
        isThere
          ? []
          : [
              { kind: 'run', argv: ['mkdir', path], summary: `make ${path}` },
              { kind: 'put', path: `${path}/part`, content: { text: 'part\n' }, summary: 'write a part' },
              { kind: 'put', path: `${path}/done`, content: { text: 'done\n' }, summary: 'write the end' },
              { kind: 'remove', path: `${path}/part`, summary: 'remove the part' },
            ],
    });
    const costs = await costsOf((directory) => times(8, (i) => `- several: {path: ${directory}/p${i}}`), {
      modules: [several],
    });
    expect(costs.recap).toBe('ok=8 changed=8');
    expect(costs.roundTrips).toBeLessThanOrEqual(9);
  });
});
