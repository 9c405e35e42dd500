import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { runPlays, runTasks } from './run-world.ts';

describe('variables', () => {
  it('win by their level', async () => {
    const levels = ['extra', 'registered', 'included', 'task', 'block', 'vars_files', 'play', 'inventory'];
    const file = Object.fromEntries(levels.slice(0, 6).map((name) => [name, 'vars_files']));
    const run = await runPlays(
      `
- hosts: all
  vars: {${levels.slice(0, 7).map((name) => `${name}: play`)}}
  vars_files: [vars.yml]
  tasks:
    - include_vars: included.yml
    - set_fact: {extra: registered, registered: registered}
    - vars: {${levels.slice(0, 5).map((name) => `${name}: block`)}}
      block:
        - name: show
          vars: {${levels.slice(0, 4).map((name) => `${name}: task`)}}
          debug: {msg: '${levels.map((name) => `{{ ${name} }}`).join(' ')}'}
`,
      {
        hosts: { h1: Object.fromEntries(levels.map((name) => [name, 'inventory'])) },
        extraVars: { extra: 'extra' },
        files: {
          'vars.yml': JSON.stringify(file),
          'included.yml': JSON.stringify({ extra: 'included', registered: 'included', included: 'included' }),
        },
      },
    );
    expect(run.result('show').values['msg']).toBe(levels.join(' '));
  });

  it('are templates where the user wrote them, and data where a host sent them', async () => {
    const run = await runTasks(
      `
- command: say
  register: out
- name: show
  debug: {msg: '{{ greeting }} {{ out.stdout }}'}
`,
      {
        hosts: { h1: { greeting: 'hello {{ inventory_hostname }}' } },
        reply: () => ({ stdout: '{{ nobody }}' }),
      },
    );
    expect(run.result('show').values['msg']).toBe('hello h1 {{ nobody }}');
  });

  it('of other hosts are in hostvars, what they registered too', async () => {
    const run = await runPlays(
      `
- hosts: h1
  tasks:
    - set_fact: {role: '{{ name }} of {{ inventory_hostname }}'}
- hosts: h2
  tasks:
    - name: show
      debug: {msg: "{{ hostvars.h1.role }} {{ hostvars.h1.name }} {{ lookup_name }}"}
      vars: {lookup_name: "{{ hostvars.[h1].inventory_hostname }}"}
    - name: condition
      debug: {msg: x}
      when: hostvars['h1'].role is defined and hostvars[groups['all'][0]]['name'] == 'one' and hostvars.h9 is not defined
`,
      { hosts: { h1: { name: 'one' }, h2: { name: 'two' } } },
    );
    expect(run.result('show').values['msg']).toBe('one of h1 one h1');
    expect(run.result('condition').outcome).toBe('ok');
  });

  it('of the engine itself say where we are', async () => {
    const run = await runPlays(
      `
- name: the play
  hosts: web
  tasks:
    - name: show
      debug:
        msg:
          - '{{ inventory_hostname_short }}'
          - '{{ group_names }}'
          - '{{ groups.web }}'
          - '{{ ansible_play_hosts }}'
          - '{{ ansible_play_name }}'
          - '{{ ansible_check_mode }}'
`,
      { hosts: ['h1.example.org', 'h2'], groups: { web: ['h1.example.org', 'h2'] } },
    );
    expect(run.result('show', 'h1.example.org').values['msg']).toEqual([
      'h1',
      ['web'],
      ['h1.example.org', 'h2'],
      ['h1.example.org', 'h2'],
      'the play',
      false,
    ]);
  });

  it('asked for with vars_prompt are asked once, unless -e says them', async () => {
    const asked: string[] = [];
    const run = await runPlays(
      `
- hosts: all
  vars_prompt:
    - {name: wanted, prompt: What, private: false}
    - {name: given, prompt: Not this, private: false}
  tasks:
    - name: show
      debug: {msg: '{{ wanted }} {{ given }}'}
`,
      {
        hosts: ['h1', 'h2'],
        speculate: true,
        extraVars: { given: 'told' },
        ask: {
          secret: () => Promise.resolve(''),
          variable: async ({ name }) => {
            asked.push(name);
            return `answer to ${name}`;
          },
        },
      },
    );
    expect(run.result('show', 'h2').values['msg']).toBe('answer to wanted told');
    expect(asked).toEqual(['wanted']);
  });

  it('made by add_host and group_by are there in the next play', async () => {
    const run = await runPlays(
      `
- hosts: all
  tasks:
    - name: add
      add_host: {name: new, groups: [fresh], color: red}
    - name: group
      group_by: {key: 'kind_{{ kind }}'}
- hosts: fresh:kind_b
  tasks:
    - name: show
      debug: {msg: '{{ color | default("none") }}'}
`.replace('{{ color | default("none") }}', '{{ default color "none" }} {{ group_names }}'),
      { hosts: { h1: { kind: 'a' }, h2: { kind: 'b' } } },
    );
    expect(run.outcomes.slice(-2).toSorted()).toEqual(['h2 show: ok', 'new show: ok']);
    expect(run.result('show', 'new').values['msg']).toBe('red ["fresh"]');
  });
});

describe('facts', () => {
  const root = tmpdir();

  it('are gathered only where something asks for them', async () => {
    const run = await runTasks('- name: none\n  debug: {msg: x}\n', { root });
    expect(run.connections.size).toBe(0);
  });

  it('are gathered when a condition, a param, a template file or a loop asks', async () => {
    const run = await runTasks(
      `
- name: condition
  debug: {msg: x}
  when: ansible_facts.system == 'Linux'
- name: param
  debug: {msg: '{{ ansible_system }} {{ derived }}'}
  vars: {derived: '{{ ansible_facts.system }}!'}
- name: other host
  debug: {msg: '{{ hostvars.h2.ansible_system }}'}
  when: inventory_hostname == 'h1'
- meta: clear_facts
- name: again
  debug: {msg: '{{ item }}'}
  loop: ['{{ ansible_system }}']
`,
      { root, hosts: ['h1', 'h2'] },
    );
    expect(run.result('condition').outcome).toBe('ok');
    expect(run.result('param', 'h2').values['msg']).toBe('Linux Linux!');
    expect(run.result('other host', 'h1').values['msg']).toBe('Linux');
    expect(run.result('again').items?.[0]?.values['msg']).toBe('Linux');
  });

  it('of a host out of reach fail the task that asks, not the host it is for', async () => {
    const run = await runTasks(
      `
- name: asks
  debug: {msg: '{{ hostvars.h2.ansible_system }}'}
  when: inventory_hostname == 'h1'
`,
      { root, hosts: ['h1', 'h2'], unreachable: ['h2'] },
    );
    expect(run.result('asks', 'h1')).toMatchObject({
      outcome: 'failed',
      message: 'the facts of h2 cannot be had: no route to h2',
    });
  });

  it('that the inventory sets are not gathered for', async () => {
    const run = await runTasks("- name: set\n  debug: {msg: '{{ ansible_system }}'}\n", {
      root,
      hosts: { h1: { ansible_system: 'mine' } },
    });
    expect(run.result('set').values['msg']).toBe('mine');
    expect(run.connections.size).toBe(0);
  });

  it.each<[string, string, number]>([
    ['once for the whole run', '', 1],
    ['again after meta: clear_facts', '- meta: clear_facts\n', 2],
    ['again by setup', '- setup:\n', 2],
  ])('are read %s', async (_title, between, times) => {
    const use = (name: string) => `- name: ${name}\n  debug: {msg: '{{ ansible_system }}'}\n`;
    const run = await runTasks(`${use('one')}${between}${use('two')}`, { root, speculate: false });
    expect(run.result('two').values['msg']).toBe('Linux');
    expect(run.scripts('h1').filter((script) => script.includes('os-release'))).toHaveLength(times);
  });

  it('may be some of all, and those of another host', async () => {
    const run = await runTasks(
      `
- name: read
  setup: {filter: [ansible_kernel*, system]}
  delegate_to: h2
  delegate_facts: true
  register: found
  when: inventory_hostname == 'h1'
- name: show
  debug: {msg: '{{ to_json hostvars.h2.ansible_facts }}'}
  when: inventory_hostname == 'h1'
`,
      { root, hosts: ['h1', 'h2'] },
    );
    const facts = JSON.parse(String(run.result('show', 'h1').values['msg']));
    expect(Object.keys(facts).sort()).toEqual(['kernel', 'kernel_version', 'system']);
    expect(Object.keys(run.result('read', 'h1').values['ansible_facts'] ?? {}).sort()).toEqual(
      Object.keys(facts)
        .map((name) => `ansible_${name}`)
        .sort(),
    );
  });
});

describe('delegate_facts', () => {
  it('keeps what is set for the delegate, also where only the run can tell it', async () => {
    const run = await runTasks(
      `
- name: maybe
  command: 'true'
  register: out
- set_fact: {x: '{{ inventory_hostname }}', y: '{{ out.stdout }}'}
  delegate_to: h2
  delegate_facts: true
  when: out.rc == 0
- name: there
  debug: {msg: x}
  when: hostvars.h2.x == 'h1'
- name: here
  debug: {msg: '{{ default x "none" }}'}
`,
      { hosts: ['h1', 'h2'], limit: 'h1', check: true },
    );
    expect(run.result('there', 'h1').outcome).toBe('unknown');
    expect(run.result('here', 'h1').values['msg']).toBe('none');
  });
});

describe('reset_connection', () => {
  it('closes the connection; the next task opens another one', async () => {
    const run = await runTasks('- command: one\n- meta: reset_connection\n- command: two\n', {
      reply: () => ({}),
    });
    expect(run.scripts('h1').join()).toContain('two');
    expect(run.scripts('h1').join()).not.toContain('one');
  });
});
