import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readCacheAge } from '../../../../modules/lib/apt/cache-age.ts';
import { aptStep, simulationArgv, updateStep } from '../../../../modules/lib/apt/commands.ts';
import { fakeHost } from '../../../support/fake-host.ts';

const folder = mkdtempSync(join(tmpdir(), 'apt-'));
afterAll(() => rmSync(folder, { recursive: true }));

const install = { action: 'install', targets: ['a=1.*', 'b'], options: ['-t', 'sid'] } as const;
const settings = { dpkgOptions: ['force-confold'], lockTimeout: 7 };

it('simulates exactly what it would do', () => {
  expect(simulationArgv(install)).toEqual([
    'apt-get',
    '-s',
    '-q',
    '-y',
    '-t',
    'sid',
    'install',
    'a=1.*',
    'b',
  ]);
});

it('hands apt-get its words unchanged, and the staged file', () => {
  const { code, words } = runWith(
    0,
    aptStep({ ...install, targets: ['$MOORING_STAGE/x y.deb', 'a=1.*'] }, settings).script,
  );
  expect(code).toBe(0);
  expect(words).toEqual([
    ...['-o', 'DPkg::Lock::Timeout=7', '-q', '-y', '-o', 'Dpkg::Use-Pty=0'],
    ...['-o', 'Dpkg::Options::=--force-confold', '-t', 'sid', 'install', '/stage/x y.deb', 'a=1.*'],
  ]);
});

it('ends as apt-get ends', () => {
  expect(runWith(3, aptStep(install, settings).script).code).toBe(3);
});

it('fetches lists so that a source that fails is a failure', () => {
  const script = updateStep(7).script?.replace('touch /var/lib/apt/lists', ':');
  expect(runWith(0, script).words.slice(2)).toEqual([
    '-q',
    '-o',
    'Acquire::Retries=3',
    '-o',
    'APT::Update::Error-Mode=any',
    'update',
  ]);
});

it.each([
  ['1000 400', 600],
  ['1000 0', Number.POSITIVE_INFINITY],
])('takes %j for lists %d seconds old', async (stdout, seconds) => {
  expect(await readCacheAge(fakeHost({ scripts: [[/date/, stdout]] }))).toMatchObject({ seconds });
});

it('finds out the age of lists with plain sh', async () => {
  const host = fakeHost({ answer: (text) => spawnSync('sh', ['-c', text], { encoding: 'utf8' }).stdout });
  const { seconds } = await readCacheAge(host);
  expect(seconds).toBeGreaterThanOrEqual(0);
});

/** Runs the script with an apt-get that only writes down what it was given. */
function runWith(exitCode: number, script: string | undefined): { code: number | null; words: string[] } {
  const log = join(folder, 'words');
  writeFileSync(join(folder, 'apt-get'), `#!/bin/sh\nprintf '%s\\n' "$@" >'${log}'\nexit ${exitCode}\n`, {
    mode: 0o755,
  });
  const env = {
    ...process.env,
    MOORING_STAGE: '/stage',
    PATH: `${folder}${delimiter}${process.env['PATH']}`,
  };
  const { status } = spawnSync('sh', ['-c', script ?? 'exit 99'], { env });
  return { code: status, words: readFileSync(log, 'utf8').trimEnd().split('\n') };
}
