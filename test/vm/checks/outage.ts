/** The server out of reach, its power cut, and the client restarted. */

import assert from 'node:assert/strict';
import { expectChanged, expectFailure, mooring } from '../mooring.ts';
import { setLink } from '../network.ts';
import type { Pair } from '../pair.ts';
import type { Suite } from '../suite.ts';
import { mountLine } from './share.ts';

/** A mount of a dead server waits 2 minutes by itself; the module's own limit is 5 s here. */
const MOUNT_TIMEOUT_S = 5;
const DEAD_RUN_S = 100;

export async function checkOutage(suite: Suite, pair: Pair): Promise<void> {
  await suite.test('mounting from a server out of reach fails in time, naming it', async () => {
    await expectChanged(mooring('export'), { server: 1 });
    await withoutServer(pair, async () => {
      const reason = new RegExp(
        `did not end within ${MOUNT_TIMEOUT_S} s: does 192\\.168\\.197\\.11 answer\\?`,
      );
      const run = mooring('mount', { timeout: MOUNT_TIMEOUT_S });
      await expectFailure(run, 'client', reason, DEAD_RUN_S);
      assert.equal(await mountLine(pair), '');
    });
  });
  await suite.test('once it can be reached again, the same run mounts', () =>
    expectChanged(mooring('mount'), { client: 1 }),
  );
  await suite.test('a mounted share whose server is out of reach fails in time instead of hanging', () =>
    withoutServer(pair, async () => {
      await forgetAttributes(pair);
      const reason = /mounted from 192\.168\.197\.11.*does not answer/;
      await expectFailure(mooring('mount'), 'client', reason, DEAD_RUN_S);
    }),
  );
  await checkPower(suite, pair);
}

async function checkPower(suite: Suite, pair: Pair): Promise<void> {
  const { server, client } = pair;
  await suite.test(
    'after a power cut of the server the mount works on, with every byte that was synced',
    async () => {
      await client.shell('head -c 300000 /dev/urandom >/mnt/share/synced && sync /mnt/share/synced');
      const sum = await client.shell('sha256sum </mnt/share/synced; echo 3 >/proc/sys/vm/drop_caches');
      await server.cut();
      assert.notEqual((await client.ssh('timeout -s KILL 3 ls /mnt/share')).code, 0);
      await server.start();
      await server.ready();
      const reads = async () =>
        (await client.ssh('timeout -s KILL 20 cat /mnt/share/synced >/dev/null')).code === 0;
      await client.until('the share to answer again', reads, 180_000);
      assert.equal(await client.shell('sha256sum </mnt/share/synced'), sum);
      await client.shell('timeout 60 sh -c "echo more >/mnt/share/later"');
      assert.equal(await server.shell('cat /srv/share/later'), 'more');
    },
  );
  await suite.test('a restarted client mounts the share by itself, as fstab says', async () => {
    await client.reboot();
    assert.match(await mountLine(pair), /nfs4 .*vers=4\.2/);
    assert.equal(await client.shell('cat /mnt/share/.sentinel'), 'the right share');
  });
  await suite.test('after all that a run changes nothing', () =>
    expectChanged(mooring('share'), { server: 0, client: 0 }),
  );
}

/** NFS clients answer from memory for some seconds; after this they have to ask the server. */
async function forgetAttributes(pair: Pair): Promise<void> {
  const asks = async () => {
    const look = 'echo 3 >/proc/sys/vm/drop_caches; timeout -s KILL 2 test -e /mnt/share/.sentinel';
    return (await pair.client.ssh(look)).code !== 0;
  };
  await pair.client.until('its memory of the share to fade', asks, 120_000);
}

/** Does something while the server's cable is pulled. */
async function withoutServer(pair: Pair, work: () => Promise<void>): Promise<void> {
  const { tap } = pair.server.host;
  await setLink(tap, 'down');
  try {
    await work();
  } finally {
    await setLink(tap, 'up');
  }
  const answers = async () => (await pair.server.ssh('true', 15_000)).code === 0;
  await pair.server.until('its cable', answers, 60_000);
}
