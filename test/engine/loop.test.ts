import { describe, expect, it } from 'vitest';
import { runPlays, type WorldOptions } from './run-world.ts';

/** The messages of all items of tasks, which are texts of a playbook for one host. */
async function said(tasks: string, options: WorldOptions = {}): Promise<unknown[]> {
  const run = await runPlays(`- hosts: all\n  tasks:${tasks.replaceAll('\n', '\n    ')}`, options);
  return run.events.flatMap((event) => {
    if (event.event === 'item_result') return [event.result.values['msg'] ?? event.result.outcome];
    return event.event === 'result' && !event.result.items ? [event.result.values['msg']] : [];
  });
}

const say = (loop: string, text = '{{ item }}') => `\n- {debug: {msg: '${text}'}, ${loop}}`;

describe('with_ loops', () => {
  const cases: readonly [loop: string, text: string, messages: readonly unknown[]][] = [
    ['with_items: [[a, b], c]', '{{ item }}', ['a', 'b', 'c']],
    ['with_items: ["{{ inventory_hostname }}", "{{ groups.all }}"]', '{{ item }}', ['h1', 'h1']],
    ['with_dict: {x: 1, y: "{{ 2 }}"}', '{{ item.key }}={{ item.value }}', ['x=1', 'y=2']],
    ['with_indexed_items: [a, b]', '{{ item.[0] }}{{ item.[1] }}', ['0a', '1b']],
    ['with_sequence: count=2 format=h%02d', '{{ item }}', ['h01', 'h02']],
    ['with_items: [1, 2, 3], when: item != 2', '{{ item }}', [1, 'skipped', 3]],
    ['with_items: [a], loop_control: {loop_var: one, index_var: n}', '{{ one }}{{ n }}', ['a0']],
    ['with_random_choice: [a]', '{{ item }}', ['a']],
  ];
  it.each(cases)('%s', async (loop, text, messages) => {
    expect(await said(say(loop, text))).toEqual(messages);
  });

  it('look for files where the task may name them', async () => {
    const files = {
      'files/b.conf': '',
      'files/a.conf': '',
      'files/.hidden.conf': '',
      'files/x.txt': '',
      'vars/other.yml': 'v: 1\n',
    };
    const tasks = `
- {debug: {msg: "{{ basename item }}"}, with_fileglob: ["*.conf", files/x.t?t, "no*"]}
- {include_vars: {file: "{{ item }}"}, with_first_found: ["{{ undefined_name }}.yml", none.yml, other.yml]}
- {debug: {msg: "{{ v }}"}}
- {debug: {msg: x}, with_first_found: [{files: [none], skip: true}]}`;
    const found = await said(tasks, { files });
    expect(found.filter((message) => message !== 'ok')).toEqual([...['a.conf', 'b.conf', 'x.txt'], 1]);
  });

  it('fail with what is wrong, but where the condition is false anyway', async () => {
    const run = await runPlays(`
- hosts: all
  tasks:
    - {name: skipped, debug: {msg: x}, with_dict: "{{ list }}", when: false}
    - {name: failed, debug: {msg: x}, with_dict: "{{ list }}"}
  vars: {list: "{{ groups.all }}"}
`);
    expect(run.outcomes).toEqual(['h1 skipped: skipped', 'h1 failed: failed']);
    expect(run.result('failed').message).toContain('with_dict must be a mapping, not ["h1"]'.slice(0, 29));
  });

  it('go around includes', async () => {
    const files = { 'inner.yml': '- {debug: {msg: "{{ item.key }}"}}\n' };
    expect(await said('\n- {include_tasks: inner.yml, with_dict: {a: 1, b: 2}}', { files })).toEqual([
      'a',
      'b',
    ]);
  });
});

describe('between the items of a loop', () => {
  it('what one sets and registers is there for the next', async () => {
    const tasks = `
- set_fact: {total: "{{ expr 'total | default(0) + item' }}"}
  loop: [1, 2, 3]
- {debug: {msg: "{{ total }}"}}
- {debug: {msg: "{{ item }}"}, loop: [a, b, c], register: r, when: "r is not defined or r.msg | default('') != 'a'"}
- {debug: {msg: "{{ r.results | length }}"}}`.replace(
      '"{{ r.results | length }}"',
      `"{{ length r.results }}"`,
    );
    expect((await said(tasks)).slice(3)).toEqual([6, 'a', 'skipped', 'skipped', 3]);
  });

  it('break_when ends it', async () => {
    expect(await said(say('loop: [1, 2, 3], loop_control: {break_when: item == 2}'))).toEqual([1, 2]);
    expect(
      await said(say('with_items: [1, 2, 3], register: r, loop_control: {break_when: [r.msg > 1]}')),
    ).toEqual([1, 2]);
  });

  it('extended_allitems leaves the list out of ansible_loop', async () => {
    const text = '{{ ansible_loop.index }}{{ default ansible_loop.allitems "none" }}';
    const loop = (more: string) => say(`loop: [a, b], loop_control: {extended: true${more}}`, text);
    expect(await said(loop(', extended_allitems: false'))).toEqual(['1none', '2none']);
    expect(await said(loop(''))).toEqual(['1["a", "b"]', '2["a", "b"]']);
  });
});
