import { expect, it } from 'vitest';
import { sysctl } from '../../modules/sysctl.ts';
import type { Plan } from '../../src/module/index.ts';
import { fakeHost } from '../support/fake-host.ts';
import { readAndPlan } from '../support/run-module.ts';

const file = '# net\nnet.ipv4.ip_forward=1\n;kernel.x = 0\n-net.core.rmem_max =  4096 8192\n';

it.each<[object, string, string[]]>([
  [{ value: 1 }, '1', []],
  [{ value: true }, '1\n', []],
  [
    { value: '0' },
    '1',
    ['write net.ipv4.ip_forward in /etc/sysctl.conf', 'set net.ipv4.ip_forward to 0 in the running kernel'],
  ],
  [{ value: 1 }, '0', ['set net.ipv4.ip_forward to 1 in the running kernel']],
  [{ value: 1, reload: false }, '0', []],
  [{ name: 'net.core.rmem_max', value: '4096 8192' }, '4096\t8192', []],
  [{ name: 'net/ipv4/ip_forward', value: 1 }, '1', []],
  [{ name: 'net.core.rmem_max', state: 'absent' }, '1', ['write net.core.rmem_max in /etc/sysctl.conf']],
  [{ name: 'kernel.x', state: 'absent' }, '1', []],
])('%j with %j in the kernel: %j', async (params, live, steps) => {
  expect((await plan(params, live)).steps.map((step) => step.summary)).toEqual(steps);
});

it.each([
  [{ value: 0 }, file.replace('net.ipv4.ip_forward=1', 'net.ipv4.ip_forward = 0')],
  [{ name: 'vm.swappiness', value: 10 }, `${file}vm.swappiness = 10\n`],
  [{ name: 'kernel.x', value: 1 }, `${file}kernel.x = 1\n`],
  [{ state: 'absent' }, file.replace('net.ipv4.ip_forward=1\n', '')],
])('writes %j and nothing else', async (params, text) => {
  expect((await plan(params, '9')).steps[0]).toMatchObject({ content: { text }, before: file });
});

it('makes a file of its own', async () => {
  const { steps } = await plan({ value: 1, sysctl_file: '/etc/sysctl.d/50-h.conf' }, '1');
  expect(steps).toMatchObject([
    { path: '/etc/sysctl.d/50-h.conf', content: { text: 'net.ipv4.ip_forward = 1\n' }, mode: '0644' },
  ]);
});

it('knows of parameters the kernel has not', async () => {
  expect((await plan({ value: 1 }, undefined)).failure).toBe(
    'this kernel has no parameter net.ipv4.ip_forward',
  );
  expect((await plan({ value: 0, ignoreerrors: true }, undefined)).steps).toHaveLength(1);
  expect((await plan({}, '1')).failure).toBe('value is needed for state present');
});

function plan(params: object, live: string | undefined): Promise<Plan> {
  const answer = (): string | { exitCode: number } => live ?? { exitCode: 255 };
  const host = fakeHost({ files: { '/etc/sysctl.conf': file }, answer });
  return readAndPlan(sysctl, { name: 'net.ipv4.ip_forward', ...params }, host);
}
