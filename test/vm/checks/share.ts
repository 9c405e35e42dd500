/** Export and mount on the kernel's own NFS, and what a second run says. */

import assert from 'node:assert/strict';
import { client as clientHost, server as serverHost } from '../hosts.ts';
import { expectChanged, expectFailure, mooring } from '../mooring.ts';
import type { Pair } from '../pair.ts';
import type { Suite } from '../suite.ts';

/** What the kernel has mounted at the share's mount point, or an empty text. */
export async function mountLine(pair: Pair): Promise<string> {
  return pair.client.shell("grep ' /mnt/share ' /proc/mounts || true");
}

/** What the kernel's server was told, in exportfs's words without the layout. */
export async function exported(pair: Pair): Promise<string> {
  return pair.server.shell("exportfs -v | tr -s '\\t\\n ' ' '");
}

export async function checkShare(suite: Suite, pair: Pair): Promise<void> {
  const { server, client } = pair;
  await suite.test('check mode reports export and mount, and changes nothing', async () => {
    await expectChanged(mooring('share', {}, '--check'), { server: 3, client: 1 });
    assert.equal(await server.shell('grep -c share /etc/exports || true; ls /srv'), '0');
    assert.equal(await client.shell('grep -c share /etc/fstab || true; ls /mnt'), '0');
  });
  await suite.test('the first run exports the directory and mounts it', () =>
    expectChanged(mooring('share'), { server: 3, client: 1 }),
  );
  await suite.test(
    "the server's kernel exports it to the client alone, with the options asked for",
    async () => {
      assert.match(await exported(pair), /^\/srv\/share 192\.168\.197\.12\([^ ]*\) ?$/);
      const kernel = await server.shell('cat /proc/fs/nfsd/exports');
      const line = kernel.split('\n').find((each) => each.startsWith('/srv/share\t')) ?? kernel;
      assert.match(line, new RegExp(`${clientHost.address}\\(.*\\brw\\b.*\\bno_root_squash\\b.*\\bsync\\b`));
    },
  );
  await suite.test("the client's kernel has it mounted as NFS 4.2, and fstab keeps _netdev", async () => {
    assert.match(
      await mountLine(pair),
      new RegExp(`^${serverHost.address}:/srv/share /mnt/share nfs4 .*vers=4\\.2`),
    );
    const line = await client.shell('grep share /etc/fstab');
    assert.match(
      line,
      /^192\.168\.197\.11:\/srv\/share\s+\/mnt\/share\s+nfs\s+rw,hard,nfsvers=4\.2,_netdev\s/,
    );
  });
  await suite.test(
    'what the client writes is on the server, byte for byte, and the sentinel is seen',
    async () => {
      await client.shell('head -c 1000000 /dev/urandom >/mnt/share/data && sync /mnt/share/data');
      const sum = (machine: typeof client, file: string) => machine.shell(`sha256sum <${file}`);
      assert.equal(await sum(client, '/mnt/share/data'), await sum(server, '/srv/share/data'));
      assert.equal(await client.shell('cat /mnt/share/.sentinel'), 'the right share');
    },
  );
  await suite.test('the second run changes nothing', () =>
    expectChanged(mooring('share'), { server: 0, client: 0 }),
  );
  await suite.test('a share without the sentinel fails, naming the file', () =>
    expectFailure(mooring('mount', { sentinel: '.other' }), 'client', /\.other is not there.*right share/),
  );
}
