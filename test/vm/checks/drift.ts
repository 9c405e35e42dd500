/** What somebody changed by hand, and what a playbook changed, is brought in line. */

import assert from 'node:assert/strict';
import { expectChanged, expectFailure, mooring } from '../mooring.ts';
import type { Pair } from '../pair.ts';
import type { Suite } from '../suite.ts';
import { exported, mountLine } from './share.ts';

export async function checkDrift(suite: Suite, pair: Pair): Promise<void> {
  await checkExports(suite, pair);
  await checkMounts(suite, pair);
}

async function checkExports(suite: Suite, pair: Pair): Promise<void> {
  const { server, client } = pair;
  await suite.test('an export taken off by hand comes back, though /etc/exports never changed', async () => {
    const before = await server.shell('cat /etc/exports');
    await server.shell('exportfs -u 192.168.197.12:/srv/share');
    assert.equal(await exported(pair), '');
    await expectChanged(mooring('export'), { server: 1 });
    assert.match(await exported(pair), /^\/srv\/share 192\.168\.197\.12\(/);
    assert.equal(await server.shell('cat /etc/exports'), before);
  });
  await suite.test(
    'changed export options reach the kernel: root of the client may no longer write',
    async () => {
      await client.shell('touch /mnt/share/by-root');
      await expectChanged(mooring('export', { options: 'rw,sync,no_subtree_check,root_squash' }), {
        server: 1,
      });
      assert.match(await exported(pair), /[(,]root_squash[,)]/);
      assert.match((await client.ssh('touch /mnt/share/by-nobody')).stderr, /Permission denied/);
      await expectChanged(mooring('export'), { server: 1 });
      await client.shell('touch /mnt/share/by-root-again');
    },
  );
  await suite.test('root of the whole world is refused, and /etc/exports stays as it is', async () => {
    const before = await server.shell('cat /etc/exports');
    await expectFailure(mooring('export', { client: '*' }), 'server', /no_root_squash for the whole world/);
    assert.equal(await server.shell('cat /etc/exports'), before);
  });
}

async function checkMounts(suite: Suite, pair: Pair): Promise<void> {
  const { client } = pair;
  await suite.test('a mount made read-only by hand is remounted in place', async () => {
    await client.shell('mount -o remount,ro /mnt/share');
    assert.match((await client.ssh('touch /mnt/share/refused')).stderr, /Read-only file system/);
    // A file held open would refuse an unmount.
    await holding(pair, async () => expectChanged(mooring('mount'), { client: 1 }));
    await client.shell('touch /mnt/share/written');
  });
  await suite.test('another NFS version is mounted anew, and one line of fstab follows', async () => {
    const opts = 'rw,hard,nfsvers=4.1,_netdev';
    await expectChanged(mooring('mount', { opts }), { client: 1 });
    assert.match(await mountLine(pair), /vers=4\.1,/);
    assert.match(await client.shell('grep share /etc/fstab'), /^[^\n]*nfsvers=4\.1,_netdev[^\n]*$/);
  });
}

/** Does something while a process of the client works in the share; `use` gets its pid. */
export async function holding(pair: Pair, use: (pid: string) => Promise<void>): Promise<void> {
  const pid = await pair.client.shell('cd /mnt/share && { sleep 600 >/dev/null 2>&1 & echo $!; }');
  try {
    await use(pid);
  } finally {
    await pair.client.shell(`kill ${pid}; while [ -e /proc/${pid} ]; do sleep 0.1; done`);
  }
}
