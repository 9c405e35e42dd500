import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeLocal, findLocal, readText } from '../../src/engine/local-files.ts';

let root = '';

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'mooring-local-'));
  await mkdir(join(root, 'tasks'));
  await mkdir(join(root, 'files', 'tree', 'sub'), { recursive: true });
  await writeFile(join(root, 'files', 'tree', 'sub', 'a'), 'hello', { mode: 0o640 });
  await writeFile(join(root, 'tasks', 'near.txt'), 'near');
  await writeFile(join(root, 'latin1.txt'), Buffer.from([0xe9]));
});

afterAll(() => rm(root, { recursive: true }));

describe('control-node files', () => {
  it('are found beside the task, then beside the playbook', async () => {
    const places = { taskDirectory: join(root, 'tasks'), playbookDirectory: root };
    expect(await findLocal('near.txt', ['files'], places)).toBe(join(root, 'tasks', 'near.txt'));
    expect(await findLocal('tree', ['files'], places)).toBe(join(root, 'files', 'tree'));
    await expect(findLocal('none', ['files'], places)).rejects.toThrow(join(root, 'tasks', 'none'));
  });

  it('are described with size, mode and digest, directories with all below', async () => {
    const tree = await describeLocal(join(root, 'files', 'tree'));
    expect(tree).toMatchObject({ type: 'directory', checksum: '' });
    expect(tree.entries).toEqual([
      { path: 'sub', type: 'directory', size: 0, checksum: '', mode: expect.stringMatching(/^0\d{3}$/) },
      {
        path: 'sub/a',
        type: 'file',
        size: 5,
        mode: '0640',
        checksum: '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',
      },
    ]);
  });

  it('must be UTF-8 where text is wanted', async () => {
    await expect(readText(join(root, 'latin1.txt'))).rejects.toThrow('not UTF-8');
  });
});
