import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, test } from 'vitest';
import { modules } from '../../modules/index.ts';
import { hostVars, loadInventory, loadPlaybook } from '../../src/load/index.ts';
import { selectCases } from './cases.ts';
import { iniInventory, yamlInventory } from './commands.ts';
import { floorScript, inventoryText, playbookText, taskCounts } from './workload.ts';

const place = mkdtempSync(join(tmpdir(), 'mooring-workload-'));
afterAll(() => rmSync(place, { recursive: true }));

function written(name: string, text: string): string {
  writeFileSync(join(place, name), text);
  return join(place, name);
}

test.each(['thirty', 'hundred', 'changing', 'four'] as const)(
  'the playbook %s is as large as it is said to be',
  (name) => {
    const { playbook, faults } = loadPlaybook(written(`${name}.yml`, playbookText(name)), { modules });
    expect(faults).toEqual([]);
    const [play] = playbook.entries;
    expect(play && 'tasks' in play && play.tasks).toHaveLength(taskCounts(name).tasks);
  },
);

test('the bare script looks at every file of the playbook', () => {
  const files = [...playbookText('thirty').matchAll(/directory \}\}\/(\w+\.conf)/g)].map(([, file]) => file);
  expect(files).toHaveLength(20);
  for (const singly of [true, false]) {
    const script = floorScript('thirty', '/srv/h', { singly });
    for (const file of files) expect(script).toContain(`/srv/h/${file}`);
    expect(script.match(/cat \/etc\/hostname/g)).toHaveLength(10);
  }
});

test('the bare script writes what the copy tasks write, where asked', () => {
  const folder = mkdtempSync(join(place, 'floor-'));
  execFileSync('sh', ['-c', floorScript('thirty', folder, { writes: true })], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  expect(readFileSync(join(folder, 'copy3.conf'), 'utf8')).toBe('service: 3\nlisten: 127.0.0.1\n');
  expect(readdirSync(folder)).toHaveLength(10);
});

test('the inventory has each host with its place and folder', () => {
  const login = { user: 'u', privateKeyFile: '/k', sshArgs: '-F none -o IdentityAgent=none' };
  const hosts = [{ name: 'host0', address: '127.1.0.1', port: 22, directory: '/home/u/host0' }];
  const { inventory, faults } = loadInventory([written('hosts.ini', inventoryText(hosts, login))]);
  expect(faults).toEqual([]);
  const host = inventory.hosts.get('host0');
  expect(host && hostVars(host)).toMatchObject({
    ansible_host: '127.1.0.1',
    ansible_port: 22,
    ansible_ssh_common_args: '-F none -o IdentityAgent=none',
    directory: '/home/u/host0',
  });
});

describe('large inventories', () => {
  it('are the same in both formats', () => {
    const [ini, yaml] = [
      loadInventory([written('large.ini', iniInventory(200, 10))]),
      loadInventory([written('large.yml', yamlInventory(200, 10))]),
    ].map(({ inventory, faults }) => {
      expect(faults).toEqual([]);
      return {
        hosts: Object.fromEntries([...inventory.hosts].map(([name, host]) => [name, hostVars(host)])),
        groups: Object.fromEntries(
          [...inventory.groups].map(([name, { hosts }]) => [name, [...hosts].sort()]).sort(),
        ),
      };
    });
    expect(ini).toEqual(yaml);
    expect(Object.keys(ini?.hosts ?? {})).toHaveLength(200);
    expect(ini?.groups).toHaveProperty('part4');
  });
});

describe('selectCases', () => {
  it('leaves the large ones out when it has to be quick', () => {
    const ids = selectCases({ quick: true, only: [] }).map(({ id }) => id);
    expect(ids).toContain('converged-10');
    expect(ids).not.toContain('hosts-1000');
  });

  it('takes those that are named, with fewer rounds when quick', () => {
    const [full] = selectCases({ quick: false, only: ['converged-1'] });
    const [quick, ...others] = selectCases({ quick: true, only: ['converged-1'] });
    expect(others).toEqual([]);
    expect(quick?.rounds.ansible).toBeLessThan(full?.rounds.ansible ?? 0);
  });
});
