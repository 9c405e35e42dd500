import { beforeAll, describe, expect, test } from 'vitest';
import * as lab from '../lab/lab.ts';
import { publishSiteFiles } from '../lab/site-files.ts';
import { changes, mooringOn } from './mooring.ts';

// Runs on the lab as `npm run demo` leaves it, or brings it there itself.
const playbook = 'playbooks/shared-storage.yml';
const mooring = mooringOn('inventories/lab');

async function onHost(host: string, script: string): Promise<string> {
  const result = await lab.exec(host, ['sh', '-c', script]);
  return result.stdout.trim();
}

function repositories(): Promise<string> {
  const query = 'SELECT GROUP_CONCAT(name ORDER BY name) FROM registry.repository';
  return onHost(
    'storage1',
    `docker exec mysql-server sh -c 'MYSQL_PWD=$MYSQL_ROOT_PASSWORD mysql -uroot -N -B -e "${query}"'`,
  );
}

const unchanged = { harbor1: 0, harbor2: 0, storage1: 0 };

beforeAll(async () => {
  await lab.up({ assumeYes: true });
  await publishSiteFiles();
  const run = await mooring(playbook);
  expect(run.code, run.output.slice(-4000)).toBe(0);
});

describe('a converged site', () => {
  test('has nothing to change, and check mode knows it exactly', async () => {
    const run = await mooring(playbook, '--check', '--diff');
    expect(run.code, run.output.slice(-4000)).toBe(0);
    expect(changes(run)).toEqual(unchanged);
    expect(run.output).toMatch(/"exact":\d+,"unknown":0/);
  });

  test('keeps every secret out of all output', async () => {
    const key = await onHost('harbor1', 'cat /data/secretkey');
    const run = await mooring(playbook, '--check', '--diff', '-vvv');
    expect(key).toHaveLength(16);
    expect(run.output).not.toContain(key);
  });

  test('refuses the database and Redis to anybody but the nodes', async () => {
    const open = await onHost(
      'storage1',
      'ip address add 192.0.2.9/32 dev lo; for port in 2049 3306 6379; do nc -z -w 2 -s 192.0.2.9 192.168.198.136 $port && echo $port; done; ip address del 192.0.2.9/32 dev lo',
    );
    expect(open).toBe('');
    expect(
      await onHost('harbor1', 'timeout 5 bash -c "echo > /dev/tcp/192.168.198.136/6379" && echo open'),
    ).toBe('open');
  });

  test('mends what was broken, and only that', async () => {
    await onHost(
      'harbor1',
      "sed -i 's/^UI_SECRET=.*/UI_SECRET=anything/' /opt/mooring/harbor-1.5.4/harbor/common/config/ui/env",
    );
    const run = await mooring(playbook);
    expect(run.code, run.output.slice(-4000)).toBe(0);
    expect(run.hosts['harbor1']?.['changed']).toBeGreaterThan(0);
    expect(changes(run)).toMatchObject({ harbor2: 0, storage1: 0 });
    expect(changes(await mooring(playbook))).toEqual(unchanged);
  });
});

describe('a node that boots without the share', () => {
  test('starts no Harbor, loses no repository, and is mended by the next run', async () => {
    const before = await repositories();
    expect(before).toContain('example/tomcat-web');
    await lab.cut('harbor2');
    await onHost('storage1', 'systemctl stop nfs-server');
    try {
      // The boot is not over before the mount has given up; what counts is asked below.
      await lab.boot('harbor2').catch(() => undefined);
      const state =
        'systemctl show harbor.service -p ActiveState --value; systemctl is-failed data-registry.mount';
      await expect
        .poll(() => onHost('harbor2', state), { timeout: 150_000, interval: 2000 })
        .toMatch(/^(inactive|failed)\nfailed$/);
      expect(await onHost('harbor2', 'docker ps -q --filter label=com.docker.compose.project=harbor')).toBe(
        '',
      );
      expect(await repositories()).toBe(before);
    } finally {
      await onHost('storage1', 'systemctl start nfs-server');
    }
    const run = await mooring(playbook);
    expect(run.code, run.output.slice(-4000)).toBe(0);
    expect(
      await onHost('harbor2', 'docker ps -q --filter label=com.docker.compose.project=harbor | wc -l'),
    ).toBe('6');
    expect(await repositories()).toBe(before);
  });
});
