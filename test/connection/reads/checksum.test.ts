import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../../modules/lib/text.ts';
import { createReads } from '../../../src/connection/create-reads.ts';
import { connectionWith, shells, temporaryDirectory } from '../shells.ts';

describe.each(shells)('checksums on %s', (shell) => {
  it('of a link itself and of what it points to are told apart, in whatever order they are asked for', async () => {
    const directory = temporaryDirectory();
    const link = join(directory, 'link');
    writeFileSync(join(directory, 'plain'), 'content\n');
    symlinkSync('plain', link);
    const connection = connectionWith(shell);
    const reads = createReads(connection);
    for (const ways of [
      [false, true],
      [true, false],
    ]) {
      const stats = await Promise.all(ways.map((follow) => reads.stat(link, { follow, checksum: true })));
      const expected = ways.map((follow) => (follow ? sha256('content\n') : undefined));
      expect(stats.map((stat) => stat?.checksum)).toEqual(expected);
    }
    await connection.close();
  });
});
