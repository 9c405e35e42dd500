import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { clientsOf, removeExport, setExport } from '../../../../modules/lib/exports/edit.ts';
import { parseExports } from '../../../../modules/lib/exports/file.ts';

const file = readFileSync(new URL('../../../fixtures/exports/exports', import.meta.url), 'utf8');
const nodes = [
  { host: '192.168.198.133', options: ['rw', 'sync', 'no_subtree_check'] },
  { host: '192.168.198.135', options: ['rw', 'sync', 'no_subtree_check'] },
];

it('reads paths, clients and options as nfs-utils does', () => {
  expect(parseExports(file).map((line) => [line.path, line.clients.map((client) => client.host)])).toEqual([
    ['/srv/homes', ['hostname1', 'hostname2']],
    ['/data/registry', ['192.168.198.133', '192.168.198.135']],
    ['/srv/with space', ['*.example.com']],
    ['/srv/oct al', ['10.0.0.0/8', '@trusted']],
    ['/srv/nothing', []],
    ['/srv/indented', ['*']],
    ['/srv/last', ['[2001:db8::]/32']],
  ]);
  expect(clientsOf(file, '/srv/oct al')).toEqual([
    { host: '10.0.0.0/8', options: ['ro', 'insecure'] },
    { host: '@trusted', options: ['ro', 'insecure', 'rw'] },
  ]);
  expect(clientsOf(file, '/srv/nothing')).toEqual([{ host: '*', options: [] }]);
});

it('takes a blank before the options for the whole world, as exportfs does', () => {
  expect(clientsOf('/data host (rw)\n', '/data')).toEqual([
    { host: 'host', options: [] },
    { host: '*', options: ['rw'] },
  ]);
});

it.each([
  ['/data/registry', nodes, undefined],
  ['/data/registry', nodes, 'the two nodes'],
  ['/data/registry/', [...nodes].reverse(), undefined],
  ['/data/registry', nodes.map(({ host }) => ({ host, options: ['rw', 'wdelay'] })), undefined],
  ['/srv/with space', [{ host: '*.example.com', options: [] }], undefined],
  ['/srv/indented', [{ host: '*', options: ['ro', 'sync'] }], undefined],
  [
    '/srv/oct al',
    [
      { host: '10.0.0.0/8', options: ['insecure'] },
      { host: '@trusted', options: ['rw', 'insecure'] },
    ],
    undefined,
  ],
])('leaves %s as it is where it means the same', (path, clients, comment) => {
  expect(setExport(file, path, clients, comment)).toBe(file);
});

const edits: readonly {
  readonly title: string;
  readonly line: string;
  readonly clients: readonly { host: string; options: readonly string[] }[];
  readonly comment?: string;
  readonly becomes: string;
}[] = [
  {
    title: 'rewrites only the client that differs',
    line: '/data  a(rw)\tb(ro)  # note\n',
    clients: [
      { host: 'a', options: ['rw'] },
      { host: 'b', options: ['rw'] },
    ],
    becomes: '/data  a(rw)\tb(rw)  # note\n',
  },
  {
    title: 'adds a client the way the others are written',
    line: '/data a(rw) \\\n      b(rw)\n',
    clients: ['a', 'b', 'c'].map((host) => ({ host, options: ['rw'] })),
    becomes: '/data a(rw) \\\n      b(rw) \\\n      c(rw)\n',
  },
  {
    title: 'takes a client off',
    line: '/data a(rw) \\\n      b(rw) c(rw)\n',
    clients: [{ host: 'a', options: ['rw'] }],
    becomes: '/data a(rw)\n',
  },
  {
    title: 'takes the first client off',
    line: '/data a(rw) b(rw)',
    clients: [{ host: 'b', options: ['rw'] }],
    becomes: '/data b(rw)',
  },
  {
    title: 'replaces all clients',
    line: '"/data" a(rw)\n',
    clients: [{ host: 'b', options: [] }],
    becomes: '"/data" b\n',
  },
  {
    title: 'writes options out where the line has defaults that no longer fit',
    line: '/data -ro a b(rw) # note\n',
    clients: [
      { host: 'a', options: ['rw'] },
      { host: 'b', options: ['rw'] },
    ],
    becomes: '/data a(rw) b(rw) # note\n',
  },
  {
    title: 'closes the hole of a blank before the options',
    line: '/data a (rw)\n',
    clients: [{ host: 'a', options: ['rw'] }],
    becomes: '/data a(rw)\n',
  },
  {
    title: 'changes the comment',
    line: '/data a(rw) # old\n',
    clients: [{ host: 'a', options: ['rw'] }],
    comment: 'new',
    becomes: '/data a(rw)  # new\n',
  },
  {
    title: 'adds a comment',
    line: '/data a(rw)\n',
    clients: [{ host: 'a', options: ['rw'] }],
    comment: 'new',
    becomes: '/data a(rw)  # new\n',
  },
  {
    title: 'names the world where no client was written',
    line: '/data\n',
    clients: [{ host: '*', options: ['ro'] }],
    becomes: '/data *(ro)\n',
  },
  {
    title: 'keeps a comment that was there',
    line: '/data a(rw)    # keep\n',
    clients: [{ host: 'b', options: ['rw'] }],
    becomes: '/data b(rw)    # keep\n',
  },
];

it.each(edits)('$title', ({ line, clients, comment, becomes }) => {
  const before = '# head\n/other x(rw)\n';
  const after = becomes.endsWith('\n') ? '/data2 y(rw)\n# tail' : '';
  const edited = setExport(before + line + after, '/data', clients, comment);
  expect(edited).toBe(before + becomes + after);
  expect(setExport(edited, '/data', clients, comment)).toBe(edited);
});

it('appends a line, also where the last one has no line break', () => {
  expect(setExport('/a x(rw)', '/srv/with space', nodes.slice(0, 1), 'why')).toBe(
    '/a x(rw)\n/srv/with\\040space 192.168.198.133(rw,sync,no_subtree_check)  # why\n',
  );
});

it('joins several lines of one path', () => {
  const text = '/data a(rw)\n/x y\n/data b(rw)\n';
  const clients = ['a', 'b'].map((host) => ({ host, options: ['rw'] }));
  const joined = setExport(text, '/data', clients, undefined);
  expect(joined).toBe('/data a(rw) b(rw)\n/x y\n');
});

it('removes the lines of a path with their continuations, and nothing else', () => {
  const without = removeExport(file, '/data/registry');
  expect(without).toBe(file.replace(/\/data\/registry[^#]*# the two nodes\n/, ''));
  expect(removeExport(without, '/data/registry')).toBe(without);
  expect(removeExport(file, '/srv/last')).toBe(file.slice(0, file.indexOf('/srv/last')));
});
