import { describe, expect, it } from 'vitest';
import { withPredictions } from '../../src/engine/overlay.ts';
import { Predictions } from '../../src/engine/predictions.ts';
import { DecidedAtRunTime } from '../../src/model/index.ts';
import type { HostReads, Prediction, Step } from '../../src/module/index.ts';
import { type FakeHostSpec, fakeHost } from '../support/fake-host.ts';

function predicting(steps: readonly Step[], spec: FakeHostSpec = {}): HostReads {
  const predictions = new Predictions();
  for (const step of steps) predictions.record(step);
  return withPredictions(fakeHost(spec), predictions);
}

function run(...predicts: Prediction[]): Step {
  return { kind: 'run', argv: ['true'], summary: 'x', predicts };
}

const put: Step = {
  kind: 'put',
  summary: 'write',
  path: '/etc/app/a.conf',
  content: { text: 'new\n' },
  mode: '0600',
  owner: 'app',
};

describe('reads over predictions', () => {
  it('see the file that would be written', async () => {
    const host = predicting([put], { files: { '/etc/app/b.conf': 'b' } });
    expect((await host.content('/etc/app/a.conf'))?.toString()).toBe('new\n');
    expect(await host.stat('/etc/app/a.conf', { checksum: true })).toMatchObject({
      type: 'file',
      mode: '0600',
      owner: 'app',
      uid: -1,
      size: 4,
      checksum: '7aa7a5359173d05b63cfd682e3c38487f3cb4f7f1d60659fe59fab1505977d4c',
    });
    expect(await host.list('/etc/app')).toEqual(['a.conf', 'b.conf']);
  });

  it('keep what a prediction does not change', async () => {
    const host = predicting([run({ kind: 'path', path: '/a', type: 'file', mode: '0600' })], {
      files: { '/a': { content: 'kept', owner: 'me', uid: 7 } },
    });
    expect(await host.stat('/a')).toMatchObject({ mode: '0600', owner: 'me', uid: 7, size: 4 });
    expect((await host.content('/a'))?.toString()).toBe('kept');
  });

  it('see what would be removed as gone, with all below', async () => {
    const host = predicting([{ kind: 'remove', path: '/opt', recursive: true, summary: 'x' }], {
      files: { '/opt/a': 'a' },
    });
    expect(await host.stat('/opt')).toBeUndefined();
    expect(await host.content('/opt/a')).toBeUndefined();
    expect(await host.list('/opt')).toBeUndefined();
  });

  it('see a new directory as empty', async () => {
    const host = predicting([run({ kind: 'path', path: '/new', type: 'directory', mode: '0750' })]);
    expect(await host.stat('/new')).toMatchObject({ type: 'directory', mode: '0750', owner: 'root', uid: 0 });
    expect(await host.list('/new')).toEqual([]);
    expect(await host.stat('/new/below')).toBeUndefined();
  });

  it('see packages, units, users and groups that would be there', async () => {
    const host = predicting(
      [
        run(
          { kind: 'package', name: 'nginx', installed: true, version: '1' },
          { kind: 'package', name: 'apache2', installed: false },
          { kind: 'unit', name: 'nginx', active: 'active' },
          { kind: 'user', name: 'gone', present: false },
          { kind: 'user', name: 'new', present: true },
          { kind: 'group', name: 'new', present: true },
        ),
      ],
      { packages: { apache2: '2' }, users: { gone: { uid: 5 }, here: { uid: 6 } } },
    );
    expect(await host.package('nginx')).toMatchObject({ installed: true, version: '1' });
    expect(await host.package('apache2')).toMatchObject({ installed: false });
    expect(await host.unit('nginx.service')).toMatchObject({ load: 'loaded', active: 'active' });
    expect(await host.user('gone')).toBeUndefined();
    expect(await host.user('here')).toMatchObject({ uid: 6 });
    expect(await host.user('new')).toMatchObject({ uid: -1 });
    expect(await host.group('new')).toMatchObject({ gid: -1 });
    expect(await host.group('mysql')).toBeUndefined();
  });

  it('see a unit whose file is new as neither started nor enabled', async () => {
    const file = { ...put, path: '/etc/systemd/system/harbor.service' };
    const content = { text: '[Service]\nExecStart=/x\n[Install]\nWantedBy=multi-user.target\n' };
    expect(await predicting([{ ...file, content }]).unit('harbor')).toMatchObject({
      load: 'loaded',
      active: 'inactive',
      enabled: 'disabled',
    });
    expect(await predicting([file]).unit('harbor.service')).toMatchObject({ enabled: 'static' });
    const known = { units: { harbor: { load: 'loaded', active: 'active', enabled: 'enabled' } } };
    expect(await predicting([file], known).unit('harbor')).toMatchObject({
      active: 'active',
      needsReload: true,
    });
  });

  const undecided: readonly [string, Step, (host: HostReads) => Promise<unknown>][] = [
    [
      'the content of a file made by a command',
      run({ kind: 'path', path: '/a', type: 'file' }),
      (host) => host.content('/a'),
    ],
    [
      'what a mount would show',
      run({ kind: 'mount', path: '/mnt', present: true }),
      (host) => host.stat('/mnt/a'),
    ],
    [
      'the names behind a mount',
      run({ kind: 'mount', path: '/mnt', present: true }),
      (host) => host.list('/mnt'),
    ],
    [
      'what a link would lead to',
      run({ kind: 'path', path: '/l', type: 'link', target: '/x' }),
      (host) => host.stat('/l/a'),
    ],
    [
      'a unit that may come with a package',
      run({ kind: 'package', name: 'nginx', installed: true }),
      (host) => host.unit('nginx'),
    ],
    [
      'a unit whose new file is made by a command',
      run({ kind: 'path', path: '/etc/systemd/system/harbor.service', type: 'file' }),
      (host) => host.unit('harbor'),
    ],
  ];

  it.each(undecided)('leave %s undecided', async (_, step, read) => {
    await expect(read(predicting([step]))).rejects.toThrow(DecidedAtRunTime);
  });
});

describe('needs', () => {
  const predictions = new Predictions();
  predictions.record(
    run(
      { kind: 'path', path: '/opt/app', type: 'directory' },
      { kind: 'container', name: 'db', present: true },
    ),
  );
  predictions.record(
    run({ kind: 'unit', name: 'docker', active: 'active' }, { kind: 'other', name: 'images' }),
  );

  it.each([
    [{ path: '/opt/app/bin' }, '/opt/app'],
    [{ path: '/opt' }, undefined],
    [{ container: 'db' }, 'container db'],
    [{ unit: 'docker.service' }, 'unit docker.service'],
    [{ package: 'docker' }, undefined],
    [{ other: 'images' }, 'images'],
  ])('%j hangs on %s', (need, thing) => {
    expect(predictions.unmet(need)).toBe(thing);
  });
});
