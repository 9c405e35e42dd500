import { describe, expect, it } from 'vitest';
import { loadTaskFile, loadVarsFile } from '../../src/load/index.ts';
import { modules } from './known-modules.ts';
import { listFaults, writeFiles } from './temporary-files.ts';

describe('loadTaskFile', () => {
  const directory = writeFiles({
    'tasks/a.yml': '- ping:\n- import_tasks: b.yml\n- import_tasks: c.yml\n',
    'tasks/b.yml': '- pnig:\n',
    'c.yml': '- debug: {msg: beside the playbook}\n',
    'handlers.yml': '- {name: h, ping: , listen: t}\n',
    'map.yml': 'a: 1\n',
    'empty.yml': '',
  });

  it('reads tasks with what they import, also from beside the playbook', () => {
    const { tasks, faults } = loadTaskFile(`${directory}/tasks/a.yml`, {
      modules,
      playbookDirectory: directory,
      idSuffix: '@2',
    });
    expect(listFaults(faults, directory)).toEqual(['tasks/b.yml:1:3 unknown-module']);
    expect(tasks).toMatchObject([
      { module: 'ping', directory: `${directory}/tasks` },
      { kind: 'block', tasks: [] },
      { kind: 'block', tasks: [{ module: 'debug', directory }] },
    ]);
    expect(tasks[0]?.id).toBe(`${directory}/tasks/a.yml:1:3@2`);
  });

  it('reads handlers where they are asked for', () => {
    const path = `${directory}/handlers.yml`;
    expect(loadTaskFile(path, { modules, level: 'handler' })).toMatchObject({
      tasks: [{ keywords: { listen: ['t'] } }],
      faults: [],
    });
    expect(loadTaskFile(path, { modules }).faults).toMatchObject([{ code: 'misplaced-keyword' }]);
  });

  it.each([
    ['map.yml', ['map.yml:1:1 wrong-type']],
    ['nope.yml', ['nope.yml:1:1 missing-file']],
    ['empty.yml', []],
  ])('%s', (name, faults) => {
    const loaded = loadTaskFile(`${directory}/${name}`, { modules });
    expect(listFaults(loaded.faults, directory)).toEqual(faults);
    expect(loaded.tasks).toEqual([]);
  });
});

describe('loadVarsFile', () => {
  const directory = writeFiles({
    'a.yml': 'a: 1\nb: "{{ a }}"\n',
    'a.json': '{"a": [1, null]}',
    'empty.yml': '# nothing\n',
    'list.yml': '- a\n',
    'tab.yml': 'a:\n\tb: 1\n',
    'name.yml': '1st: x\n',
  });

  it.each([
    ['a.yml', { a: 1, b: '{{ a }}' }, []],
    ['a.json', { a: [1, null] }, []],
    ['empty.yml', {}, []],
    ['list.yml', {}, ['list.yml:1:1 wrong-type']],
    ['tab.yml', {}, ['tab.yml:2:1 tab-indentation']],
    ['name.yml', { '1st': 'x' }, ['name.yml:1:1 bad-variable-name']],
    ['nope.yml', {}, ['nope.yml:1:1 missing-file']],
  ])('%s', (name, values, faults) => {
    const loaded = loadVarsFile(`${directory}/${name}`);
    expect(loaded.values).toEqual(values);
    expect(listFaults(loaded.faults, directory)).toEqual(faults);
  });

  it('names the place that asked for a missing file', () => {
    const from = { file: 'site.yml', line: 7, col: 3 };
    expect(loadVarsFile(`${directory}/nope.yml`, { from }).faults).toMatchObject([{ position: from }]);
  });
});
