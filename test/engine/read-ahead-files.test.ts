import { existsSync, statSync } from 'node:fs';
import { link, mkdir, mkdtemp, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HostConnection } from '../../src/connection/host-connection.ts';
import { localTransport } from '../../src/connection/local-transport.ts';
import { countingPrograms } from '../support/programs-counted.ts';
import { mountLine } from './file-tree.ts';
import { type RunYamlOptions, runYaml, type YamlRun } from './run-yaml.ts';

/** In memory the size of a directory tells how many entries it has; also a device without a disk. */
const memory = existsSync('/dev/shm') ? '/dev/shm' : undefined;

function isOnDisk(path: string): boolean {
  return Math.floor(statSync(path).dev / 256) % 4096 > 0;
}

const made: string[] = [];
let place: string;
beforeAll(async () => {
  place = await mkdtemp(join(memory ?? tmpdir(), 'mooring-ahead-'));
});
afterAll(async () => {
  for (const directory of [...made, place]) await rm(directory, { recursive: true, force: true });
});

interface FilesRun {
  readonly run: YamlRun;
  readonly directory: string;
  text(name: string): Promise<string>;
  /** How often a host was asked what there is at a path. */
  asked(name: string, host?: string): number;
  /** How many steps a host was sent. */
  steps(host?: string): number;
}

interface FilesOptions extends RunYamlOptions {
  /** Besides what is in every directory. */
  readonly present?: Readonly<Record<string, string>>;
  readonly in?: string;
}

/** Runs tasks on a directory with some files, the links `l1` to `d1` and `to-a` to `d1/a`, and `d1/h1`, which is `d2/h2` too. */
async function runOnFiles(tasks: string, options: FilesOptions = {}): Promise<FilesRun> {
  const { present, in: parent = place, ...rest } = options;
  const directory = await mkdtemp(join(parent, 'mooring-host-'));
  made.push(directory);
  const at = (name: string) => join(directory, name);
  for (const name of ['d1', 'd2']) await mkdir(at(name));
  const texts = { 'd1/a': 'old\n', 'd1/b': 'old\n', 'd2/a': 'old\n', 'd1/h1': 'old\n', ...present };
  for (const [name, text] of Object.entries(texts)) await writeFile(at(name), text);
  await symlink('d1', at('l1'));
  await symlink('d1/a', at('to-a'));
  await link(at('d1/h1'), at('d2/h2'));
  for (const name of ['d1', 'd2']) await utimes(at(name), long, long);
  const play = `- hosts: all\n  tasks:\n${tasks.trim().replaceAll(/^/gm, '    ').replaceAll('@/', `${directory}/`)}`;
  const run = await runYaml(play, { root: directory, speculate: true, ...rest });
  const requests = (host: string) => run.connections.get(host)?.requests.map(({ request }) => request) ?? [];
  return {
    run,
    directory,
    text: (name) => readFile(at(name), 'utf8'),
    asked: (name, host = 'h1') =>
      requests(host).filter(
        ({ script, kind }) =>
          kind === 'read' && /\bstat -c/.test(script) && script.split(/\s+/).includes(at(name)),
      ).length,
    steps: (host = 'h1') => requests(host).filter(({ kind }) => kind === 'step').length,
  };
}

function times(count: number, make: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => make(index)).join('\n');
}

function entries(count: number, make: (index: number) => [string, string]): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => make(index)));
}

/** Before all that a test does, seconds since 1970. */
const long = 1_000_000_000;

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

const ten = Array.from({ length: 10 }, (_, index) => index);

describe('reads of other files, after a file was written', () => {
  const changing = (i: number) => `- copy: {content: "new ${i}\\n", dest: '@/d1/copy${i}'}`;
  const keeping = (i: number) => `- lineinfile: {path: '@/d1/line${i}', line: this}`;
  const lines = entries(10, (i) => [`d1/line${i}`, 'other\nthis\n']);

  // Before its text a file is asked for its size.
  it.each<[string, string, number, Readonly<Record<string, string>>]>([
    ['new files, then others', `${times(10, changing)}\n${times(10, keeping)}`, 1, {}],
    [
      'files of other texts, then others',
      `${times(10, changing)}\n${times(10, keeping)}`,
      2,
      entries(10, (i) => [`d1/copy${i}`, 'old\n']),
    ],
    ['in turn', times(10, (i) => `${changing(i)}\n${keeping(i)}`), 1, {}],
  ])('are not repeated: %s', async (_title, tasks, looks, present) => {
    const { run, asked, steps } = await runOnFiles(tasks, { present: { ...lines, ...present } });
    expect(run.recap('h1')).toBe('ok=20 changed=10');
    expect(ten.map((i) => [asked(`d1/copy${i}`), asked(`d1/line${i}`)])).toEqual(ten.map(() => [looks, 1]));
    expect(steps()).toBe(10);
  });

  it('start no more programs for 40 files that are as they should be than for 10', async () => {
    const programsFor = async (count: number) => {
      const programs = await countingPrograms(await mkdtemp(join(place, 'bin-')));
      const tasks = `${times(10, changing)}\n${times(count, keeping)}`;
      const { run } = await runOnFiles(tasks, {
        present: entries(count, (i) => [`d1/line${i}`, 'other\nthis\n']),
        open: async (spec) => new HostConnection(spec, async () => localTransport(programs.environment)),
      });
      expect(run.recap('h1')).toBe(`ok=${10 + count} changed=10`);
      const { stat: stats = 0, head = 0, sha256sum = 0 } = await programs.counts();
      return { stats, head, sha256sum };
    };
    expect(await programsFor(40)).toEqual(await programsFor(10));
  });

  it.each([
    ['a loop', "- copy: {content: new, dest: '@/d1/{{ item }}'}\n  loop: [n1, n2, n3]"],
    ['a tree', "- copy: {src: tree/, dest: '@/d1/'}"],
    ['a template', "- template: {src: t.hbs, dest: '@/d1/n1'}"],
    ['a block', "- blockinfile: {path: '@/d1/a', block: new}"],
    ['a replacement', "- replace: {path: '@/d1/a', regexp: old, replace: new}"],
    ['a file with a mode', "- copy: {content: new, dest: '@/d1/n1', mode: '0600'}"],
    [
      'a failure to write',
      "- copy: {content: new, dest: '@/d1/a', owner: nobody-here}\n  ignore_errors: true",
    ],
  ])('are not repeated after %s', async (_title, task) => {
    const tasks = `- stat: {path: '@/d2/a'}\n${task}\n- stat: {path: '@/d1/b'}\n- slurp: {src: '@/d2/a'}`;
    const { run, asked } = await runOnFiles(tasks, {
      files: { 'files/tree/n1': 'x', 'files/tree/n2': 'y', 'templates/t.hbs': 'new\n' },
    });
    expect(run.exitCode).toBe(0);
    expect([asked('d1/b'), asked('d2/a')]).toEqual([1, 1]);
  });

  it.each([
    ['a backup', "- copy: {content: new, dest: '@/d1/a', backup: true}"],
    ['a validation', "- copy: {content: new, dest: '@/d1/a', validate: 'test -f %s'}"],
    ['writing in place', "- copy: {content: new, dest: '@/d1/a', unsafe_writes: true}"],
    ['a link that is followed', "- copy: {content: new, dest: '@/to-a', follow: true}"],
    ['a link that is replaced', "- copy: {content: new, dest: '@/to-a'}"],
    ['a file of two names', "- copy: {content: new, dest: '@/d1/h1'}"],
    ['a mode', "- file: {path: '@/d1/a', mode: '0600'}"],
    [
      'a mode of a file that is as it should be',
      "- copy: {content: \"old\\n\", dest: '@/d1/a', mode: '0600'}",
    ],
    ['a removal', "- file: {path: '@/d1/a', state: absent}"],
    ['a new directory', "- file: {path: '@/d1/new', state: directory}"],
    ['a file in a new directory', "- copy: {src: f, dest: '@/d1/new/'}"],
    ['a copy on the host', "- copy: {remote_src: true, src: '@/d2/a', dest: '@/d1/n1'}"],
    ['a command', '- command: sleep 0'],
  ])('are repeated after %s', async (_title, task) => {
    const tasks = `- stat: {path: '@/d2/a'}\n${task}\n- stat: {path: '@/d1/b'}`;
    const { run, asked } = await runOnFiles(tasks, { files: { 'files/f': 'x' } });
    expect(run.recap('h1')).toBe('ok=3 changed=1');
    expect(asked('d1/b')).toBe(2);
  });
});

describe('what a task sees after a file was written', () => {
  const put = (name: string) => `- copy: {content: "new\\n", dest: '@/${name}'}`;

  it.each([
    ['the same path', 'd1/a', 'd1/a'],
    ['a linked directory', 'd1/a', 'l1/a'],
    ['the directory, written through a link', 'l1/a', 'd1/a'],
    ['..', 'd1/a', 'd2/../d1/a'],
    ['a new file', 'd1/new', 'd1/new'],
    ['a new file in a linked directory', 'd1/new', 'l1/new'],
  ])('is the new text, which takes one step: %s', async (_title, written, read) => {
    const tasks = `${put(written)}\n- lineinfile: {path: '@/${read}', line: more}\n- slurp: {src: '@/${read}'}`;
    const { run, text, steps } = await runOnFiles(tasks);
    expect(run.recap('h1')).toBe('ok=3 changed=2');
    expect(await text(read)).toBe('new\nmore\n');
    expect(run.result('lineinfile').diff).toMatchObject([{ before: 'new\n', after: 'new\nmore\n' }]);
    expect(run.result('slurp').values['content']).toBe(base64('new\nmore\n'));
    expect(steps()).toBe(2);
  });

  it.each([
    ['d1', 'd1/a'],
    ['d1', 'd1/new'],
    ['d1', 'l1/new'],
    ['l1', 'd1/new'],
    ['d2/../d1', 'd1/new'],
  ])('is the directory %s as it is, with %s in it', async (directory, written) => {
    const look = `stat: {path: '@/${directory}', follow: true}`;
    const { run } = await runOnFiles(
      `- {name: before, ${look}}\n${put(written)}\n- {name: after, ${look}}\n- stat: {path: '@/d2'}`,
    );
    expect(run.result('before').values['stat']).toMatchObject({ mtime: long });
    expect(run.result('after').values['stat']).not.toMatchObject({ mtime: long });
    expect(run.result('stat').values['stat']).toMatchObject({ mtime: long });
  });

  it('is what a command prints that was declared to look only', async () => {
    const declared = 'changed_when: false\n  check_mode: false';
    const { run } = await runOnFiles(`
- name: before
  command: cat @/d1/a
  ${declared}
${put('d1/a')}
- name: after
  command: cat @/d1/a
  ${declared}
- name: by a link
  command: cat @/to-a
  ${declared}
`);
    const printed = ['before', 'after', 'by a link'].map((task) => run.result(task).values['stdout']);
    expect(printed).toEqual(['old', 'new', 'new']);
  });

  it.each([
    ['that is declared to look only', '{changed_when: false, check_mode: false}'],
    ['that may change anything', '{}'],
  ])('is the second text of two, with a command between them %s', async (_title, keywords) => {
    const { run } = await runOnFiles(`
${put('d1/a')}
- command: cat @/d1/a
  <<: ${keywords}
- copy: {content: newer, dest: '@/l1/a'}
- slurp: {src: '@/d1/a'}
`);
    expect(run.result('command').values['stdout']).toBe('new');
    expect(run.result('slurp').values['content']).toBe(base64('newer'));
  });
});

/** With the look of the first task go those of all that follow. */
const wrote = (path = 'd1/a') => `
- stat: {path: '@/d2/a'}
- copy: {content: "new\\n", dest: '@/d1/a'}
  when: inventory_hostname == 'h1'
- name: seen
  slurp: {src: '@/${path}'}
`;

describe('reads of one host, after a file was written on another', () => {
  /** @param type of the file system, by what h2 says; after the command `remount` it is `later` */
  async function runOnTwo(tasks: string, parent: string, type: string, later = type): Promise<FilesRun> {
    const { dev } = await stat(parent);
    let isRemounted = false;
    return runOnFiles(tasks, {
      in: parent,
      hosts: ['h1', 'h2'],
      reply: (_host, { script }) => {
        const isRemount = script.includes('remount');
        isRemounted ||= isRemount;
        if (isRemount) return {};
        if (!script.includes('/proc/self/mountinfo')) return undefined;
        return { stdout: mountLine(dev, isRemounted ? later : type) };
      },
    });
  }

  it.runIf(memory).each([
    ['are kept where their files are its own', 'tmpfs', 'old\n', 1],
    ['are repeated where it has mounted files of others', 'nfs4', 'new\n', 2],
    ['are repeated where it has mounted the directory of another', 'fuse.sshfs', 'new\n', 2],
  ])('%s', async (_title, type, text, looks) => {
    const { run, asked } = await runOnTwo(wrote(), place, type);
    expect(run.result('seen', 'h1').values['content']).toBe(base64('new\n'));
    expect(run.result('seen', 'h2').values['content']).toBe(base64(text));
    expect(asked('d1/a', 'h2')).toBe(looks);
  });

  it.runIf(memory)('are repeated where they followed a link to files of others', async () => {
    const { run } = await runOnTwo(wrote('to-a'), place, 'nfs4');
    expect(run.result('seen', 'h2').values['content']).toBe(base64('new\n'));
  });

  it.runIf(memory)('are repeated where they were of a file of two names among files of others', async () => {
    const { run } = await runOnTwo(
      `
- stat: {path: '@/d2/a'}
- command: dd of=@/d2/h2
  args: {stdin: new}
  when: inventory_hostname == 'h1'
- name: seen
  slurp: {src: '@/d1/h1'}
`,
      place,
      'nfs4',
    );
    expect(run.result('seen', 'h2').values['content']).toBe(base64('new\n'));
  });

  it.runIf(isOnDisk(tmpdir()))('are kept, with no question, where they were on a disk', async () => {
    const { run, asked } = await runOnTwo(wrote(), tmpdir(), 'nfs4');
    expect(asked('d1/a', 'h2')).toBe(1);
    expect(run.scripts('h2').join()).not.toContain('mountinfo');
  });

  it.runIf(memory)('are repeated where it has mounted files of others a moment ago', async () => {
    const tasks = `
- stat: {path: '@/d2/a'}
- copy: {content: new, dest: '@/d1/b'}
  when: inventory_hostname == 'h1'
- stat: {path: '@/d2/a'}
- command: remount
  when: inventory_hostname == 'h2'
${wrote()}`;
    const { run } = await runOnTwo(tasks, place, 'tmpfs', 'nfs4');
    expect(run.result('seen', 'h2').values['content']).toBe(base64('new\n'));
  });
});
