import {
  chmodSync,
  chownSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { ConnectionSpec, ExecResult, ShellRequest } from '../../src/connection/connection.ts';
import { HostConnection } from '../../src/connection/host-connection.ts';
import { localTransport } from '../../src/connection/local-transport.ts';
import { type RunYamlOptions, runYaml, type YamlRun } from './run-yaml.ts';

const place = mkdtempSync(join(tmpdir(), 'mooring-aliases-'));

afterAll(() => rmSync(place, { recursive: true, force: true }));

interface FilesRun extends YamlRun {
  /** How often a host was asked by `stat` what is at a path. */
  looks(path: string, host?: string): number;
  /** Requests to a host's shell, in order. */
  requests(host?: string): readonly ShellRequest[];
  steps(host?: string): number;
  text(path: string): string;
}

interface FilesOptions extends RunYamlOptions {
  /** What is there at first: texts, `-> target` or `= other name`; names that end in `/` are directories. */
  readonly tree?: Readonly<Record<string, string>>;
  /** Changes scripts on the way to the host. */
  readonly alter?: (script: string) => string;
  /** Of the shells. */
  readonly environment?: NodeJS.ProcessEnv;
}

/** This machine, whose scripts are changed on the way, and noted. */
class NotingConnection extends HostConnection {
  readonly requests: ShellRequest[] = [];
  readonly #alter: (script: string) => string;

  constructor(spec: ConnectionSpec, { alter = (script) => script, environment }: FilesOptions) {
    super(spec, async () => localTransport(environment));
    this.#alter = alter;
  }

  override shell(request: ShellRequest): Promise<ExecResult> {
    this.requests.push(request);
    return super.shell({ ...request, script: this.#alter(request.script) });
  }
}

const isStat = /^set -- [\s\S]*\n.*\bstat -c/;

/** Runs tasks with reading ahead on files of a directory of their own. */
async function onFiles(tasks: (at: string) => string, options: FilesOptions = {}): Promise<FilesRun> {
  const { tree = {}, alter: _, environment: __, ...rest } = options;
  const directory = mkdtempSync(join(place, 'files-'));
  plant(directory, tree);
  const connections = new Map<string, NotingConnection>();
  const run = await runYaml(`- hosts: all\n  tasks:\n${tasks(directory).replaceAll(/^/gm, '    ')}`, {
    speculate: true,
    open: async (spec) => {
      const connection = new NotingConnection(spec, options);
      connections.set(spec.name, connection);
      return connection;
    },
    ...rest,
  });
  const requests = (host = 'h1'): readonly ShellRequest[] => connections.get(host)?.requests ?? [];
  return {
    ...run,
    requests,
    looks: (path, host) => {
      const asked = requests(host).map(({ script }) => (isStat.test(script) ? script.split('\n')[0] : ''));
      return asked.filter((first) => first?.split(' ').includes(`${directory}/${path}`)).length;
    },
    steps: (host) => requests(host).filter(({ kind }) => kind === 'step').length,
    text: (path) => readFileSync(join(directory, path), 'utf8'),
  };
}

function plant(directory: string, tree: Readonly<Record<string, string>>): void {
  for (const [name, content] of Object.entries(tree)) {
    const path = join(directory, name);
    mkdirSync(name.endsWith('/') ? path : dirname(path), { recursive: true });
    if (content.startsWith('-> ')) symlinkSync(content.slice(3), path);
    else if (content.startsWith('= ')) linkSync(join(directory, content.slice(2)), path);
    else if (!name.endsWith('/')) writeFileSync(path, content);
  }
}

describe('a file that is written ahead of what reads it by another path', () => {
  const tree = { 'd1/a': 'old\n', 'd2/x': '', l1: '-> d1', l2: '-> l1', 'd2/up': '-> ..' };

  it.each(['d1/a', 'l1/a', 'l2/a', 'd2/up/d1/a', 'd2/up/l1/a', 'd1/./a', 'd1//a', 'd2/../d1/a'])(
    'is read again, once: %s',
    async (path) => {
      const run = await onFiles(
        (at) => `
- copy: {content: "new\\n", dest: ${at}/d1/a}
- lineinfile: {path: ${at}/d2/x, line: x}
- lineinfile: {path: '${at}/${path}', line: more}
- copy: {content: "x\\n", dest: ${at}/d2/x}`,
        { tree },
      );
      expect(run.recap('h1')).toBe('ok=4 changed=3');
      expect(run.text('d1/a')).toBe('new\nmore\n');
      // The first task asks for the text of its own path too.
      expect(run.looks(path)).toBe(path === 'd1/a' ? 3 : 2);
      expect(run.steps()).toBe(3);
    },
  );

  it.each(['d1/new', 'l1/new', 'l2/new', 'd2/up/d1/new', 'd1/./new'])(
    'is read again, once, where nothing was there: %s',
    async (path) => {
      const run = await onFiles(
        (at) => `
- copy: {content: "new\\n", dest: '${at}/${path}'}
- lineinfile: {path: ${at}/d1/new, line: more}
- copy: {content: "new\\nmore\\n", dest: ${at}/l1/new}`,
        { tree },
      );
      expect(run.recap('h1')).toBe('ok=3 changed=2');
      expect(run.text('d1/new')).toBe('new\nmore\n');
      expect(run.steps()).toBe(2);
    },
  );

  it('is read again by its final link, and by its other name', async () => {
    const run = await onFiles(
      (at) => `
- copy: {content: "new\\n", dest: ${at}/d1/a}
- lineinfile: {path: ${at}/link, line: more}
- stat: {path: ${at}/link, follow: true}
  register: seen
- copy: {content: "{{ seen.stat.size }}", dest: ${at}/size}
- copy: {content: "two\\n", dest: ${at}/named}
- lineinfile: {path: ${at}/hard, line: one}`,
      { tree: { ...tree, link: '-> d1/a', named: 'one\n', hard: '= named' } },
    );
    expect([run.text('d1/a'), run.text('size')]).toEqual(['new\nmore\n', '9']);
    expect([run.text('named'), run.text('hard')]).toEqual(['two\n', 'one\n']);
  });

  it('is read again for each item of a loop that comes back to it', async () => {
    const run = await onFiles(
      (at) => `
- lineinfile: {path: '${at}/{{ item }}', line: '{{ item }}', create: true}
  loop: [d1/a, l1/a, d2/x, d2/up/d1/a, d1/new, l2/new, d1/a]`,
      { tree },
    );
    expect([run.text('d1/a'), run.text('d1/new'), run.text('d2/x')]).toEqual([
      'old\nd1/a\nl1/a\nd2/up/d1/a\n',
      'd1/new\nl2/new\n',
      'd2/x\n',
    ]);
    expect(run.steps()).toBe(6);
  });

  it('is read again where the link that led to it leads elsewhere since', async () => {
    const run = await onFiles(
      (at) => `
- copy: {content: "one\\n", dest: ${at}/l1/a}
- file: {path: ${at}/l1, src: d2, state: link, force: true}
- copy: {content: "two\\n", dest: ${at}/l1/a}
- lineinfile: {path: ${at}/d2/a, line: more}
- lineinfile: {path: ${at}/d1/a, line: more}`,
      { tree },
    );
    expect(run.recap('h1')).toBe('ok=5 changed=5');
    expect([run.text('d1/a'), run.text('d2/a')]).toEqual(['one\nmore\n', 'two\nmore\n']);
  });

  it.each<[string, string]>([
    ['a command', 'command: cat AT/d1/a'],
    ['a script', "shell: 'cat AT/d*/a'"],
    ['a command that only looks', 'command: cat AT/d1/a\n  changed_when: false\n  check_mode: false'],
    [
      'a command that only looks, in its directory',
      'command: {cmd: cat a, chdir: AT/d1}\n  changed_when: false\n  check_mode: false',
    ],
  ])('is shown as it is then by %s', async (_title, look) => {
    const run = await onFiles(
      (at) => `
- lineinfile: {path: ${at}/other, line: this}
- lineinfile: {path: ${at}/other, line: this}
- lineinfile: {path: ${at}/other, line: this}
- copy: {content: new, dest: ${at}/d1/a}
- name: looks
  ${look.replaceAll('AT', at)}
- copy: {content: newer, dest: ${at}/l1/a}
- name: looks again
  ${look.replaceAll('AT', at)}`,
      { tree: { 'd1/a': 'old', other: 'this\n', l1: '-> d1' } },
    );
    expect(['looks', 'looks again'].map((task) => run.result(task).values['stdout'])).toEqual([
      'new',
      'newer',
    ]);
  });
});

describe('the names of accounts', () => {
  /** A shell that has an /etc of its own. */
  function withEtc(etc: string): NodeJS.ProcessEnv {
    const bin = mkdtempSync(join(place, 'bin-'));
    const script = `#!/bin/sh
exec unshare --mount /bin/sh -c 'mount --bind "$0" /etc && exec /bin/sh "$@"' '${etc}' "$@"
`;
    writeFileSync(join(bin, 'sh'), script);
    chmodSync(join(bin, 'sh'), 0o755);
    return { ...process.env, PATH: `${bin}:${process.env['PATH']}` };
  }

  it.skipIf(process.getuid?.() !== 0)('are those of now after a file with names was written', async () => {
    const etc = mkdtempSync(join(place, 'etc-'));
    for (const name of ['passwd', 'group', 'nsswitch.conf']) {
      writeFileSync(join(etc, name), readFileSync(join('/etc', name)));
    }
    const file = join(place, 'owned');
    writeFileSync(file, '');
    chownSync(file, 0, 47_111);
    const run = await onFiles(
      () => `
- stat: {path: ${file}}
- lineinfile: {path: /etc/group, line: 'harbour:x:47111:'}
- name: named
  stat: {path: ${file}}
- name: owned
  file: {path: ${file}, group: harbour}`,
      { environment: withEtc(etc) },
    );
    expect(run.result('named').values['stat']).toMatchObject({ gr_name: 'harbour' });
    expect(run.recap('h1')).toBe('ok=4 changed=1');
  });
});

describe('what was read of files that another host writes', () => {
  const mount = (device: string, type: string) => `36 35 ${device} / /mnt rw shared:1 - ${type} source rw\n`;
  const anonymous = 45;
  const block = 8 * 256 + 17;

  /** h1 writes `a`, on a device of this number that h2 has too, then one of them looks at files. */
  async function onShared(
    device: number,
    mounts: string,
    { names = ['a'], host = 'h2' } = {},
  ): Promise<FilesRun & { readonly tables: number }> {
    const table = join(place, `mounts-${device}-${mounts.length}`);
    writeFileSync(table, mounts);
    const line = (at: string, name: string): string =>
      `- lineinfile: {path: ${at}/${name}, line: more}\n  when: inventory_hostname == '${host}'`;
    const run = await onFiles(
      (at) => `
- stat: {path: ${at}/first}
- copy: {content: "new\\n", dest: ${at}/a}
  when: inventory_hostname == 'h1'
${names.map((name) => line(at, name)).join('\n')}`,
      {
        hosts: ['h1', 'h2'],
        tree: { a: 'old\nmore\n', b: 'more\n', c: 'more\n', first: '' },
        alter: (script) =>
          script.replaceAll('\t%d\t', `\t${device}\t`).replaceAll('/proc/self/mountinfo', table),
      },
    );
    const tables = run.requests(host).filter(({ script }) => script.includes('mountinfo')).length;
    return { ...run, tables };
  }

  it.each([
    ['nfs4', mount('0:45', 'nfs4')],
    ['fuse.glusterfs', mount('0:44', 'proc') + mount('0:45', 'fuse.glusterfs')],
    ['9p', mount('0:45', '9p')],
  ])('is read again where both have mounted the same: %s', async (_title, mounts) => {
    const run = await onShared(anonymous, mounts);
    expect([run.looks('a', 'h2'), run.tables]).toEqual([2, 1]);
    expect(run.text('a')).toBe('new\nmore\n');
  });

  it.each<[string, number, string, number]>([
    ['a file system of memory', anonymous, mount('0:45', 'tmpfs'), 1],
    ['one beside a shared one', anonymous, mount('0:44', 'nfs4') + mount('0:45', 'overlay'), 1],
    ['no table of mounts', anonymous, '', 1],
    ['one of a disk', block, mount('0:45', 'nfs4') + mount('8:17', 'ext4'), 0],
  ])('still holds where nobody else has it: %s', async (_title, device, mounts, tables) => {
    const run = await onShared(device, mounts);
    expect([run.looks('a', 'h2'), run.tables]).toEqual([1, tables]);
    // It is the same file here, so what is missing shows that nobody looked again.
    expect(run.text('a')).toBe('new\n');
  });

  it('still holds for a host that alone has written', async () => {
    const run = await onShared(anonymous, mount('0:45', 'nfs4'), { names: ['b', 'c'], host: 'h1' });
    expect([run.looks('b', 'h1'), run.looks('c', 'h1'), run.tables]).toEqual([1, 1, 0]);
  });

  it('is read again whatever it is, with one look at what is mounted', async () => {
    const run = await onShared(anonymous, mount('0:45', 'nfs4'), { names: ['b', 'c', 'a'] });
    expect(['a', 'b', 'c'].map((name) => run.looks(name, 'h2'))).toEqual([2, 2, 2]);
    expect(run.tables).toBe(1);
    expect(run.text('a')).toBe('new\nmore\n');
  });
});
