import { expect, it } from 'vitest';
import { exports as exportsModule } from '../../modules/exports.ts';
import { type FakeHostSpec, fakeHost } from '../support/fake-host.ts';
import { readAndPlan } from '../support/run-module.ts';

const nodes = ['10.0.0.1(rw,sync)', { host: '10.0.0.2', options: 'rw,sync' }];
const line = '/data 10.0.0.1(rw,sync) 10.0.0.2(rw,sync)\n';
const live = (...clients: string[]): string =>
  clients
    .map((client) => `/data         \t${client}(sync,wdelay,hide,sec=sys,rw,secure,root_squash)\n`)
    .join('');
const server: FakeHostSpec = {
  files: { '/data': { type: 'directory' }, '/etc/exports': line },
  packages: { 'nfs-kernel-server': '1:2.6.2-4' },
  commands: { 'exportfs -v': live('10.0.0.1', '10.0.0.2') },
};

it('is content where file and server agree', async () => {
  const plan = await readAndPlan(exportsModule, { path: '/data', clients: nodes }, fakeHost(server));
  expect(plan).toMatchObject({ steps: [] });
  expect(plan.values).toEqual({
    clients: [
      { host: '10.0.0.1', options: ['rw', 'sync'] },
      { host: '10.0.0.2', options: ['rw', 'sync'] },
    ],
  });
});

it('writes the line and makes the server follow', async () => {
  const host = fakeHost({
    ...server,
    files: { '/data': { type: 'directory' } },
    commands: { 'exportfs -v': '' },
  });
  const plan = await readAndPlan(exportsModule, { path: '/data', clients: nodes }, host);
  expect(plan.steps).toEqual([
    {
      kind: 'put',
      summary: 'export /data to 10.0.0.1, 10.0.0.2',
      path: '/etc/exports',
      content: { text: line },
      mode: '0644',
      backup: false,
    },
    {
      kind: 'run',
      summary: 'make the NFS server follow /etc/exports',
      script: expect.stringMatching(/^messages=\$\(exportfs -ra 2>&1\) && exit 0\n/),
    },
  ]);
});

it('gives clients without options the common ones', async () => {
  const params = { path: '/data', clients: ['10.0.0.1', '10.0.0.2(ro)'], options: ['rw', 'sync'] };
  const plan = await readAndPlan(exportsModule, params, fakeHost(server));
  expect(plan.steps[0]).toMatchObject({
    before: line,
    content: { text: '/data 10.0.0.1(rw,sync) 10.0.0.2(ro)\n' },
  });
});

it.each([
  ['a client was taken off by hand', live('10.0.0.1')],
  ['a client was added by hand', live('10.0.0.1', '10.0.0.2', '10.0.0.3')],
  ['the server was told nothing', ''],
])('only makes the server follow where %s', async (_title, shown) => {
  const host = fakeHost({ ...server, commands: { 'exportfs -v': shown } });
  const plan = await readAndPlan(exportsModule, { path: '/data', clients: nodes }, host);
  expect(plan.steps).toMatchObject([{ script: expect.stringContaining('exportfs -ra') }]);
});

it('grants another file its clients of the same path', async () => {
  const files = {
    ...server.files,
    '/etc/exports.d/x.exports': '/data 10.0.0.3(rw)\n',
    '/etc/exports.d/.y.exports': '!',
  };
  const host = fakeHost({
    ...server,
    files,
    commands: { 'exportfs -v': live('10.0.0.1', '10.0.0.2', '10.0.0.3') },
  });
  expect(await readAndPlan(exportsModule, { path: '/data', clients: nodes }, host)).toMatchObject({
    steps: [],
  });
});

it('asks for the canonical name of a host that exportfs shows by another', async () => {
  const host = fakeHost({
    ...server,
    files: { ...server.files, '/etc/exports': '/data harbor1(rw)\n' },
    commands: {
      'exportfs -v': live('harbor1.example.com'),
      'getent ahosts harbor1': '10.0.0.1        STREAM harbor1.example.com\n10.0.0.1        DGRAM\n',
    },
  });
  const plan = await readAndPlan(exportsModule, { path: '/data', clients: ['harbor1(rw)'] }, host);
  expect(plan).toMatchObject({ steps: [] });
});

it('ends an export and leaves the data', async () => {
  const plan = await readAndPlan(exportsModule, { path: '/data', state: 'absent' }, fakeHost(server));
  expect(plan.steps).toMatchObject([
    { kind: 'put', content: { text: '' }, before: line },
    { kind: 'run', script: expect.stringContaining('exportfs -ra') },
  ]);
  const bare = fakeHost({ commands: { 'exportfs -v': { exitCode: 127 } } });
  expect(await readAndPlan(exportsModule, { path: '/data', state: 'absent' }, bare)).toMatchObject({
    steps: [],
  });
});

it('plans for a server that an earlier task installs', async () => {
  const host = fakeHost({
    ...server,
    files: { '/data': { type: 'directory' } },
    commands: { 'exportfs -v': { exitCode: 127 } },
  });
  const plan = await readAndPlan(exportsModule, { path: '/data', clients: nodes }, host);
  expect(plan.steps.map((step) => step.kind)).toEqual(['put', 'run']);
});

it.each([
  [
    { clients: ['*(rw,no_root_squash)'] },
    /^client \*: no_root_squash for the whole world: root of any machine/,
  ],
  [
    { clients: ['10.0.0.1(rw,no_root_squah)'] },
    /^client 10.0.0.1: unknown export option .* did you mean "no_root_squash"\?$/,
  ],
  [{}, /^clients is needed/],
  [{ clients: ['10.0.0.1(rw)', '10.0.0.1(ro)'] }, /^client 10.0.0.1 is named twice$/],
  [{ clients: ['10.0.0.1(rw)'], path: '/nowhere' }, /^\/nowhere is no directory on this host$/],
])('refuses %j', async (params, failure) => {
  const plan = await readAndPlan(exportsModule, { path: '/data', ...params }, fakeHost(server));
  expect(plan.steps).toEqual([]);
  expect(plan.failure).toMatch(failure);
});

it('permits no_root_squash for the world where told to', async () => {
  const params = { path: '/data', clients: ['*(rw,no_root_squash)'], allow_insecure: true };
  expect((await readAndPlan(exportsModule, params, fakeHost(server))).failure).toBeUndefined();
});

it('says what to install where there is no NFS server', async () => {
  const host = fakeHost({
    files: { '/data': { type: 'directory' } },
    commands: { 'exportfs -v': { exitCode: 127 } },
  });
  const plan = await readAndPlan(exportsModule, { path: '/data', clients: nodes }, host);
  expect(plan.failure).toMatch(/install an NFS server first/);
});
