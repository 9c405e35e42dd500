import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { writeFiles } from '../load/temporary-files.ts';
import { mooring } from './mooring.ts';

const directory = writeFiles({
  'hosts.yml': `all:
  vars: {g: all}
  hosts: {h0: {a: 1}}
  children:
    web: {vars: {w: text, flag: true}, hosts: {h1: {c: 1}, h2: }}
    db: {vars: {ansible_group_priority: 5}, children: {web: , pg: {hosts: {h3: }}}}
`,
  'group_vars/db.yml': 'x: 1\n',
  'host_vars/h3.yml': 'y: 1\n',
  'play/group_vars/all.yml': 'beside: playbook\n',
});

async function inventory(...words: readonly string[]): Promise<string> {
  const ended = await mooring('inventory', '-i', `${directory}/hosts.yml`, ...words);
  expect(ended.stderr).toBe('');
  expect(ended.code).toBe(0);
  return ended.stdout;
}

// What is printed was compared with ansible-inventory of ansible-core 2.14.
describe('mooring inventory', () => {
  it('lists all hosts with their variables, and the groups', async () => {
    const listing = JSON.parse(await inventory('--list'));
    expect(listing).toEqual({
      _meta: {
        hostvars: {
          h0: { g: 'all', a: 1 },
          h1: { g: 'all', w: 'text', flag: true, x: 1, c: 1 },
          h2: { g: 'all', w: 'text', flag: true, x: 1 },
          h3: { g: 'all', x: 1, y: 1 },
        },
      },
      all: { children: ['ungrouped', 'web', 'db'] },
      ungrouped: { hosts: ['h0'] },
      web: { hosts: ['h1', 'h2'] },
      db: { children: ['web', 'pg'] },
      pg: { hosts: ['h3'] },
    });
  });

  it('exports variables where they are set', async () => {
    const listing = JSON.parse(await inventory('--list', '--export'));
    expect(listing._meta.hostvars).toEqual({ h0: { a: 1 }, h1: { c: 1 }, h3: { y: 1 } });
    expect(listing.all.vars).toEqual({ g: 'all' });
    expect(listing.db.vars).toEqual({ x: 1, ansible_group_priority: 5 });
    expect(JSON.parse(await inventory('--host', 'h3', '--export'))).toEqual({ y: 1 });
  });

  it('writes an inventory that says the same', async () => {
    const file = `${directory}/copy.yml`;
    await inventory('--list', '--yaml', '--export', '--output', file);
    expect(readFileSync(file, 'utf8')).toMatch(/^all:\n {2}children:\n/);
    const again = await mooring('inventory', '-i', file, '--list');
    expect(JSON.parse(again.stdout)).toEqual(JSON.parse(await inventory('--list')));
    const failed = await mooring('inventory', '-i', file, '--list', '--output', `${directory}/nowhere/x`);
    expect(failed.code).toBe(1);
    expect(failed.stderr).toContain('cannot be written');
  });

  it('shows the tree, or a part of it, with variables', async () => {
    expect(await inventory('--graph', 'db', '--vars')).toBe(`@db:
  |--@web:
  |  |--h1
  |  |  |--{c = 1}
  |  |  |--{flag = true}
  |  |  |--{g = all}
  |  |  |--{w = text}
  |  |  |--{x = 1}
  |  |--h2
  |  |  |--{flag = true}
  |  |  |--{g = all}
  |  |  |--{w = text}
  |  |  |--{x = 1}
  |  |--{flag = true}
  |  |--{w = text}
  |--@pg:
  |  |--h3
  |  |  |--{g = all}
  |  |  |--{x = 1}
  |  |  |--{y = 1}
  |--{ansible_group_priority = 5}
  |--{x = 1}
`);
  });

  it('shows some hosts only', async () => {
    expect(await inventory('--graph', '--limit', 'pg,h1')).toBe(`@all:
  |--@ungrouped:
  |--@web:
  |  |--h1
  |--@db:
  |  |--@web:
  |  |  |--h1
  |  |--@pg:
  |  |  |--h3
`);
    const listing = JSON.parse(await inventory('--list', '--limit', 'h0'));
    expect(Object.keys(listing._meta.hostvars)).toEqual(['h0']);
  });

  it('counts variables beside a playbook, and those of the command line', async () => {
    const found = JSON.parse(
      await inventory('--host', 'h3', '--playbook-dir', `${directory}/play`, '-e', 'y=2'),
    );
    expect(found).toEqual({ g: 'all', beside: 'playbook', x: 1, y: '2' });
  });

  it.each<[readonly string[], RegExp, number]>([
    [['--list', '--graph'], /--list and --graph exclude each other/, 5],
    [['--list', '--vars'], /--vars belongs to --graph/, 5],
    [['--graph', 'wbe'], /there is no group "wbe"[\s\S]*"web"/, 1],
    [['--host', 'h4'], /there is no host "h4"/, 1],
  ])('refuses %j', async (words, message, code) => {
    const ended = await mooring('inventory', '-i', `${directory}/hosts.yml`, ...words);
    expect(ended.stderr).toMatch(message);
    expect(ended.code).toBe(code);
  });
});
