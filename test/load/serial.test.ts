import { expect, test } from 'vitest';
import { loadPlaybook, positionOf } from '../../src/load/index.ts';
import type { Sizes } from '../../src/model/playbook.ts';
import { checkTasks } from '../check/run-check.ts';
import { modules } from './known-modules.ts';
import { listFaults, writeFiles } from './temporary-files.ts';

function load(text: string) {
  const directory = writeFiles({ 'site.yml': text, 'a.yml': '- ping:\n' });
  const { playbook, faults } = loadPlaybook(`${directory}/site.yml`, { modules });
  const [play] = playbook.entries;
  if (play?.kind !== 'play') throw new Error('the text must hold one play');
  return { play, faults, places: listFaults(faults, directory) };
}

test.each<[written: string, sizes: Sizes]>([
  ['1', [1]],
  ['"2"', [2]],
  ['30%', ['30%']],
  ['[1, "5", "12.5%"]', [1, 5, '12.5%']],
  ['"{{ n }}"', ['{{ n }}']],
  ['["{{ n }}", 100%]', ['{{ n }}', '100%']],
])('serial: %s is read the same on plays, blocks, tasks and handlers', (written, sizes) => {
  const { play, places } = load(
    `- hosts: all
  serial: ${written}
  tasks:
    - serial: ${written}
      block: [{ping: }]
    - {ping: , serial: ${written}}
    - {import_tasks: a.yml, serial: ${written}}
    - {include_tasks: a.yml, serial: ${written}}
    - {meta: flush_handlers, serial: ${written}}
  handlers:
    - {name: restart, ping: , serial: ${written}}
`,
  );
  expect(places).toEqual([]);
  expect(play.serial).toEqual(sizes);
  expect(play.keywords.serial).toBeUndefined();
  const nodes = [...play.tasks, ...play.handlers];
  expect(nodes.map(({ keywords }) => keywords.serial)).toEqual(Array(6).fill(sizes));
  const [block] = play.tasks;
  expect(block && positionOf(block.keywords, 'serial')).toMatchObject({ line: 4, col: 15 });
});

test.each([
  ['many', /"30%"/],
  ['-1', /"30%"/],
  ['1.5', /"30%"/],
  ['[1, {a: b}]', /"30%"/],
])('serial: %s is refused at its place', (written, hint) => {
  const { places, faults } = load(`- hosts: all\n  tasks:\n    - ping:\n      serial: ${written}\n`);
  expect(places).toEqual(['site.yml:4:15 wrong-type']);
  expect(faults[0]?.hint).toMatch(hint);
});

test('a variable in serial that is not there is found before the run', () => {
  expect(checkTasks('- serial: "{{ web_port }}"\n  block:\n    - ping:\n')).toEqual([]);
  for (const tasks of [
    '- serial: "{{ web_prot }}"\n  block:\n    - ping:\n',
    '- ping:\n  serial: [1, "{{ web_prot }}"]\n',
  ]) {
    expect(checkTasks(tasks)).toEqual([
      expect.stringMatching(/^error site\.yml:\d+:\d+ undefined-variable.*web_prot/),
    ]);
  }
});
