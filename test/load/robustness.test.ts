import { writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadInventory, loadPlaybook, parseExtraVars, patternFaults } from '../../src/load/index.ts';
import type { Fault } from '../../src/model/errors.ts';
import { renderExcerpt } from '../../src/util/excerpt.ts';
import { modules } from './known-modules.ts';
import { writeFiles } from './temporary-files.ts';

const playbook = `- hosts: harbor
  vars: {a: 1, b: "{{ c }}"}
  become: true
  tasks:
    - name: One
      file: {path: /x, mode: 0644, state: directory}
      when: [a == 1, "b != 'x: y'"]
      notify: two
    - command: ls -l creates="/a b"
    - block:
        - apt: name=x state=present
      rescue:
        - debug: {msg: |
            text}
  handlers:
    - {name: two, ping: , listen: t}
- parallel: [{hosts: a}, {hosts: b}]
`;
const yaml =
  'all:\n  vars: {a: 1}\n  children:\n    web:\n      hosts:\n        w[1:3]:22: {x: yes}\n        v: &v\n';
const ini = '[web]\nw[1:3]:22 a=5 b="x y"\n[db:children]\nweb\n[web:vars]\nx = {\'a\': [1, 2]}\n';

const bits =
  '{{|}}|:|: |-|- |\t|"|\'|[|]|{|}|&a|*a|!vault |!unsafe |<<: |\n|  |>|#|%|@|`|\0|é|?|---|0|null|~|,|..|/'.split(
    '|',
  );

/** The text with a few places cut, and small pieces of syntax put in. */
function damaged(text: string): fc.Arbitrary<string> {
  const wound = fc.record({
    at: fc.nat(text.length),
    cut: fc.nat(12),
    put: fc.oneof(fc.constantFrom(...bits), fc.string({ maxLength: 3 })),
  });
  return fc
    .array(wound, { minLength: 1, maxLength: 4 })
    .map((wounds) =>
      wounds.reduce((rest, { at, cut, put }) => rest.slice(0, at) + put + rest.slice(at + cut), text),
    );
}

function checkFaults(faults: readonly Fault[], text: string): void {
  for (const { position, message } of faults) {
    expect(message).not.toBe('');
    if (!position) continue;
    expect(position.line).toBeGreaterThan(0);
    expect(position.col).toBeGreaterThan(0);
    for (const line of renderExcerpt(text, position)) expect(line.length).toBeLessThan(120);
  }
}

describe('any damage to a file ends in faults with places, never in a crash', () => {
  const directory = writeFiles({});
  const runs = { numRuns: 250 };

  function withFile(name: string, text: string, load: (path: string) => readonly Fault[]): void {
    writeFileSync(`${directory}/${name}`, text);
    checkFaults(load(`${directory}/${name}`), text);
  }

  it('playbooks', () => {
    const load = (path: string) => loadPlaybook(path, { modules }).faults;
    fc.assert(
      fc.property(damaged(playbook), (text) => withFile('site.yml', text, load)),
      runs,
    );
  });

  it.each([
    ['hosts.yml', yaml],
    ['hosts.ini', ini],
  ])('inventories: %s', (name, original) => {
    const load = (path: string) => loadInventory([path]).faults;
    fc.assert(
      fc.property(damaged(original), (text) => withFile(name, text, load)),
      runs,
    );
  });

  it('patterns and extra variables', () => {
    const { inventory } = loadInventory(['h1,h2,']);
    fc.assert(
      fc.property(
        damaged('harbor:&all,!nfs[0:1]:~h.*3,[a-c]*'),
        damaged('a=1 b="x y" c={{ d }}'),
        (one, two) => {
          checkFaults(patternFaults(one, inventory), one);
          checkFaults(parseExtraVars([two]).faults, two);
        },
      ),
      runs,
    );
  });
});
