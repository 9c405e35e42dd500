/** Taking the share away: refused while in use, then `unmounted`, then `absent`. */

import assert from 'node:assert/strict';
import { expectChanged, expectFailure, mooring } from '../mooring.ts';
import type { Pair } from '../pair.ts';
import type { Suite } from '../suite.ts';
import { holding } from './drift.ts';
import { exported, mountLine } from './share.ts';

export async function checkUnmount(suite: Suite, pair: Pair): Promise<void> {
  const { server, client } = pair;
  await suite.test('a busy share stays mounted, and the error names who holds it', () =>
    holding(pair, async (pid) => {
      const named = new RegExp(`held by process ${pid} \\(sleep 600 ?\\): /mnt/share`);
      await expectFailure(mooring('mount', { state: 'unmounted' }), 'client', named);
      assert.notEqual(await mountLine(pair), '');
    }),
  );
  await suite.test('unmounted takes the mount away and leaves fstab', async () => {
    await expectChanged(mooring('mount', { state: 'unmounted' }), { client: 1 });
    assert.equal(await mountLine(pair), '');
    assert.match(await client.shell('grep share /etc/fstab'), /nfs/);
  });
  await suite.test(
    'absent takes the line of fstab and the mount point away; again changes nothing',
    async () => {
      await expectChanged(mooring('mount', { state: 'absent' }), { client: 1 });
      assert.equal(await client.shell('grep -c share /etc/fstab || true; ls /mnt'), '0');
      await expectChanged(mooring('mount', { state: 'absent' }), { client: 0 });
    },
  );
  await suite.test('a client that is not exported to is refused, with the reason', async () => {
    await expectChanged(mooring('export', { client: '192.168.197.99' }), { server: 1 });
    await expectFailure(mooring('mount', { timeout: 30 }), 'client', /access denied|No such file/);
    assert.equal(await mountLine(pair), '');
  });
  await suite.test('an absent export is gone from file and kernel, its data stays', async () => {
    await expectChanged(mooring('export', { state: 'absent' }), { server: 1 });
    assert.equal(await exported(pair), '');
    assert.equal(await server.shell('grep -c /srv/share /etc/exports || true'), '0');
    await server.shell('test -s /srv/share/data');
  });
}
