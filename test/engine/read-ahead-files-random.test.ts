import { existsSync, mkdtempSync } from 'node:fs';
import { chmod, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HostConnection } from '../../src/connection/host-connection.ts';
import { localTransport } from '../../src/connection/local-transport.ts';
import type { RunEvent, ValueMap } from '../../src/model/index.ts';
import { listTree, makeFileTree, mountLine, oldest } from './file-tree.ts';
import { comparable, type RunYamlOptions, runYaml } from './run-yaml.ts';

/** In memory the size of a directory tells how many entries it has, and no inode is used twice. */
const inMemory = existsSync('/dev/shm');
const place = mkdtempSync(join(inMemory ? '/dev/shm' : tmpdir(), 'mooring-files-'));
const root = join(place, 'tree');
const bin = join(place, 'bin');

/** Says that the files here are on another machine. */
const mountedHead = `#!/bin/sh
for a do case $a in /proc/self/mountinfo) exec cat ${bin}/mountinfo; esac; done
PATH=\${PATH#*:}; exec head "$@"
`;

beforeAll(async () => {
  await mkdir(bin);
  // Backups have the time in their names.
  await writeFile(join(bin, 'date'), '#!/bin/sh\nexec echo 2020-01-01@00:00:00\n');
  await writeFile(join(bin, 'mountinfo'), mountLine((await stat(place)).dev, 'nfs4'));
  await writeFile(join(bin, 'head'), mountedHead);
  for (const name of ['date', 'head']) await chmod(join(bin, name), 0o755);
});
afterAll(() => rm(place, { recursive: true, force: true }));

const first = ['d1/a', 'l1/a', 'l2/a', 'd2/up/d1/a', 'd2/../d1/a', 'd1/to-a', 'l1/to-a'];
const added = ['d1/new', 'l1/new', 'd2/up/l2/new', 'd1/dangling', 'l1/dangling'];
const hard = ['d1/h1', 'l1/h1', 'd2/h2', 'd2/up/d2/h2'];
const others = [
  'd1/b',
  'l1/b',
  'd2/to-b',
  'd1/A',
  'l1/A',
  'd2/a',
  'd2/new',
  'd1/sub/x',
  'd2/to-dir/x',
  'l1/NEW',
];
const odd = ['d1', 'l1', 'd2/to-dir', 'none/x', 'd1/a/x', 'd1/a/'];
const directories = ['d1', 'l1', 'd2', 'd2/up', 'd1/sub', 'l1/sub', 'd2/to-dir', '.', 'd1/made', 'l1/made'];

const pathOf = (names: readonly string[]) => fc.constantFrom(...names).map((name) => `${root}/${name}`);
const path = fc.oneof(
  { weight: 12, arbitrary: pathOf(first) },
  { weight: 6, arbitrary: pathOf(added) },
  { weight: 3, arbitrary: pathOf(hard) },
  { weight: 3, arbitrary: pathOf(others) },
  { weight: 1, arbitrary: pathOf(odd) },
);
const directory = pathOf(directories);
const fileOrDirectory = fc.oneof({ weight: 4, arbitrary: path }, { weight: 4, arbitrary: directory });

const text = fc.constantFrom(
  ...['one\n', 'two\n', 'new\n', 'hard\n', '{{ inventory_hostname }}\n'],
  ...['{{ default seen.stdout "none" }}\n', '{{ default seen.stat.size "none" }}\n'],
  ...['{{ default seen.stat.checksum "none" }}\n', '{{ default seen.content "none" }}\n'],
);
const line = fc.constantFrom('one', 'two', 'new', '{{ inventory_hostname }}', 'x=1', 'x=2');
const mode = fc.constantFrom(undefined, undefined, undefined, '0644', '0600');

/** How a file is written. */
const writing = fc.record({
  mode,
  backup: fc.constantFrom(...Array(7).fill(undefined), true),
  validate: fc.constantFrom(...Array(7).fill(undefined), 'true %s', 'grep -q e %s'),
});

const copying = fc
  .tuple(
    fc.oneof(
      { weight: 5, arbitrary: fc.record({ content: text }) },
      { weight: 1, arbitrary: fc.record({ src: fc.constantFrom('f1', 'f2') }) },
      { weight: 1, arbitrary: fc.record({ src: path, remote_src: fc.constant(true) }) },
    ),
    fc.record({
      follow: fc.constantFrom(undefined, true),
      force: fc.constantFrom(undefined, undefined, false),
    }),
    writing,
    path,
  )
  .map(([source, how, write, dest]) => ({ copy: { ...source, ...how, ...write, dest } }));

const copyingTree = fc.tuple(directory, mode).map(([dest, given]) => ({
  copy: { src: 'tree/', dest: `${dest}/`, mode: given },
}));

const editing = fc.oneof(
  fc
    .tuple(
      fc.record({
        path,
        line,
        create: fc.boolean(),
        regexp: fc.constantFrom(undefined, undefined, '^x=', '^o'),
      }),
      writing,
    )
    .map(([what, write]) => ({ lineinfile: { ...what, ...write } })),
  fc
    .tuple(fc.record({ path, block: line, create: fc.boolean() }), writing)
    .map(([what, write]) => ({ blockinfile: { ...what, ...write } })),
  fc
    .tuple(fc.record({ path, regexp: fc.constantFrom('o', 'e$'), replace: fc.constant('0') }), writing)
    .map(([what, write]) => ({ replace: { ...what, ...write } })),
  fc
    .tuple(fc.record({ src: fc.constantFrom('t1.hbs', 't2.hbs'), dest: path }), writing)
    .map(([what, write]) => ({ template: { ...what, ...write } })),
);

const file = fc
  .oneof(
    { weight: 2, arbitrary: fc.record({ path, state: fc.constantFrom('touch', 'absent', 'file'), mode }) },
    {
      weight: 1,
      arbitrary: fc.record({
        path: directory,
        state: fc.constant('directory'),
        mode: fc.constantFrom(undefined, '0700'),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        path: pathOf(['d1/made', 'd1/sub', 'l1/sub', 'd2', 'l2']),
        state: fc.constant('absent'),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ path, src: path, state: fc.constantFrom('link', 'hard'), force: fc.boolean() }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        path: pathOf(['l1', 'l2', 'd2/to-dir', 'd1/to-a']),
        src: fc.constantFrom('d1', 'd2', 'b', `${root}/d2`, `${root}/d1`),
        state: fc.constant('link'),
        force: fc.boolean(),
      }),
    },
  )
  .map((params) => ({ file: params }));

const looking = fc.oneof(
  fc.record({ path: fileOrDirectory, follow: fc.boolean() }).map((params) => ({ stat: params })),
  path.map((src) => ({ slurp: { src } })),
);

const command = fc.oneof(
  path.map((name) => ['cat', name]),
  // Names of backups hold a process id.
  directory.map((name) => ['ls', '-B', name]),
  fc.tuple(path, path).map((names) => ['cmp', ...names]),
);

const declared = command.map((argv) => ({ command: { argv }, changed_when: false, check_mode: false }));

const undeclared = fc
  .oneof(
    command,
    fc.tuple(fc.constantFrom('cp', 'mv', 'ln'), path, path).map(([name, ...names]) => [name, '-f', ...names]),
    path.map((name) => ['rm', '-f', name]),
    fc.constant(['ln', '-sfn', 'd2', `${root}/l1`]),
  )
  .map((argv) => ({ command: { argv } }));

const looping = fc.oneof(
  fc.record({ content: text, dest: fc.constant('{{ item }}') }).map((params) => ({ copy: params })),
  fc
    .record({ path: fc.constant('{{ item }}'), line, create: fc.boolean() })
    .map((params) => ({ lineinfile: params })),
  fc.constant({ stat: { path: '{{ item }}' } }),
  fc.constant({ command: { argv: ['cat', '{{ item }}'] }, changed_when: false, check_mode: false }),
);

const call = fc.oneof(
  { weight: 6, arbitrary: copying },
  { weight: 6, arbitrary: editing },
  { weight: 1, arbitrary: copyingTree },
  { weight: 2, arbitrary: file },
  { weight: 4, arbitrary: looking },
  { weight: 3, arbitrary: declared },
  { weight: 1, arbitrary: undeclared },
  {
    weight: 2,
    arbitrary: fc
      .tuple(looping, fc.array(path, { minLength: 1, maxLength: 4 }))
      .map(([one, loop]) => ({ ...one, loop })),
  },
);

const keywords = fc.record({
  when: fc.constantFrom(
    ...Array(10).fill(undefined),
    'seen is changed',
    'seen is not failed',
    "inventory_hostname == 'h1'",
    'seen.stat is defined and seen.stat.exists',
  ),
  register: fc.constantFrom(undefined, 'seen'),
  notify: fc.constantFrom(...Array(5).fill(undefined), 'first', 'second', 'both'),
  ignore_errors: fc.constantFrom(...Array(12).fill(true), false),
});

const plain = fc.constantFrom({ meta: 'flush_handlers' }, { set_fact: { seen: { stdout: 'fact' } } });

const task = fc.oneof(
  { weight: 20, arbitrary: fc.tuple(keywords, call).map(([own, one]) => ({ ...own, ...one })) },
  { weight: 1, arbitrary: plain },
);

const handlers = fc.tuple(call, call).map(([one, two]) => [
  { name: 'first', listen: 'both', ...one, ignore_errors: true, notify: 'second' },
  { name: 'second', listen: 'both', ...two, ignore_errors: true },
]);

const play = fc.record({
  tasks: fc.array(task, { minLength: 3, maxLength: 14 }),
  handlers,
});

interface Outcome {
  readonly lines: readonly string[];
  readonly tree: readonly string[];
}

async function runOnTree(
  plays: readonly object[],
  hosts: Readonly<Record<string, ValueMap>>,
  options: RunYamlOptions,
): Promise<Outcome> {
  await makeFileTree(root);
  const environment = { ...process.env, PATH: `${bin}:${process.env['PATH']}` };
  const run = await runYaml(JSON.stringify(plays), {
    hosts,
    forks: 1,
    files: {
      ...{ 'files/f1': 'one\n', 'files/f2': 'file\n', 'files/tree/a': 'tree\n', 'files/tree/new': 'tree\n' },
      ...{ 'templates/t1.hbs': 'one\n', 'templates/t2.hbs': '{{ default seen.stdout "none" }}\n' },
    },
    open: async (spec) => new HostConnection(spec, async () => localTransport(environment)),
    ...options,
  });
  return {
    lines: alike(comparable(withWholeOutput(run.events))),
    tree: (await listTree(root)).map(withoutPids),
  };
}

/** What a program prints comes in any number of pieces. */
function withWholeOutput(events: readonly RunEvent[]): RunEvent[] {
  const whole: RunEvent[] = [];
  const pieces = new Map<string, number>();
  for (const event of events) {
    if (event.event !== 'output') {
      pieces.clear();
      whole.push(event);
      continue;
    }
    const at = pieces.get(event.stream) ?? whole.length;
    const before = whole[at];
    pieces.set(event.stream, at);
    whole[at] = before?.event === 'output' ? { ...before, text: before.text + event.text } : event;
  }
  return whole;
}

/** Without times since the start, and with inodes by number. */
function alike(lines: readonly string[]): string[] {
  const inodes = new Map<string, number>();
  return lines.map((each) =>
    withoutPids(each)
      .replaceAll(/"mtime":(\d+)/g, (whole, seconds) => (seconds < oldest + 1000 ? whole : '"mtime":"now"'))
      .replaceAll(/"inode":(\d+)/g, (_, inode) => {
        if (!inodes.has(inode)) inodes.set(inode, inodes.size);
        return `"inode":${inMemory ? inodes.get(inode) : 0}`;
      }),
  );
}

function withoutPids(each: string): string {
  return each
    .replaceAll(/\.\d+\.2020-01-01@00:00:00~/g, '.BACKUP~')
    .replaceAll(/\.mooring-[0-9a-f]{16}/g, '.TEMPORARY');
}

const oneHost = { h1: { ansible_connection: 'local' } };
const oneMachine = { ...oneHost, h2: { ansible_connection: 'local' } };
const twoMachines = { h1: {}, h2: {} };

describe('reading ahead in random plays on real files', () => {
  it.each([
    ['a machine, by one name or two', [oneHost, oneHost, oneMachine], 60],
    ['two machines that have mounted them', [twoMachines], 20],
  ])(
    'gives the events and the files of a run without it: %s',
    async (_title, inventories, numRuns) => {
      await fc.assert(
        fc.asyncProperty(
          play,
          fc.constantFrom(...inventories),
          fc.constantFrom(false, false, false, false, true),
          async (one, hosts, check) => {
            const seen = { stdout: 'none', changed: true, failed: false };
            const plays = [{ hosts: 'all', vars: { seen }, ...one }];
            const without = await runOnTree(plays, hosts, { speculate: false, check });
            const ahead = await runOnTree(plays, hosts, { speculate: true, check });
            expect(ahead.lines).toEqual(without.lines);
            expect(ahead.tree).toEqual(without.tree);
          },
        ),
        { numRuns },
      );
    },
    120_000,
  );
});
