import { describe, expect, it } from 'vitest';
import { loadPlaybook, positionOf } from '../../src/load/index.ts';
import type { Play, Task, TaskNode } from '../../src/model/playbook.ts';
import { modules } from './known-modules.ts';
import { listFaults, writeFiles } from './temporary-files.ts';

function load(text: string, files: Readonly<Record<string, string>> = {}) {
  const directory = writeFiles({ ...files, 'site.yml': text });
  const { playbook, faults, includes } = loadPlaybook(`${directory}/site.yml`, { modules });
  const plays = playbook.entries.flatMap((entry) => (entry.kind === 'play' ? [entry] : entry.plays));
  return { playbook, plays, directory, includes, faults, places: listFaults(faults, directory) };
}

function onlyPlay(text: string, files: Readonly<Record<string, string>> = {}): Play {
  const { plays, places } = load(text, files);
  expect(places).toEqual([]);
  const [play] = plays;
  if (!play || plays.length !== 1) throw new Error('the text must hold one play');
  return play;
}

function flat(nodes: readonly TaskNode[]): Task[] {
  return nodes.flatMap((node) =>
    node.kind === 'task' ? [node] : flat([...node.tasks, ...node.rescue, ...node.always]),
  );
}

function tasksOf(text: string, files: Readonly<Record<string, string>> = {}): Task[] {
  return flat(onlyPlay(`- hosts: all\n  tasks:\n${text.replaceAll(/^/gm, '    ')}\n`, files).tasks);
}

describe('plays', () => {
  it('have the keywords of Ansible', () => {
    const play = onlyPlay(
      `- name: Storage
  hosts: [nfs, "!web"]
  become: true
  become_user: root
  remote_user: admin
  gather_facts: false
  vars: {a: 1}
  vars_files: [vars/a.yml, "vars/{{ site }}.yml"]
  vars_prompt:
    - {name: pw, prompt: Password}
    - {name: user, private: false, default: x, confirm: true}
  environment: [{A: 1}, {B: 2}]
  serial: [1, "30%", "5"]
  max_fail_percentage: 30
  strategy: free
  order: sorted
  force_handlers: true
  any_errors_fatal: "{{ strict }}"
  tags: a,b
  module_defaults: {ansible.builtin.file: {owner: root}}
  pre_tasks: [{ping: }]
  tasks: [{ping: }]
  post_tasks: [{ping: }]
  handlers: [{name: h, ping: , listen: topic}]
`,
      { 'vars/a.yml': 'x: 1\n' },
    );
    expect(play).toMatchObject({
      hosts: 'nfs,!web',
      gatherFacts: false,
      keywords: {
        name: 'Storage',
        become: true,
        becomeUser: 'root',
        remoteUser: 'admin',
        vars: { a: 1 },
        environment: { A: 1, B: 2 },
        anyErrorsFatal: '{{ strict }}',
        tags: ['a', 'b'],
        moduleDefaults: { file: { owner: 'root' } },
      },
      varsFiles: [{ path: 'vars/a.yml', values: { x: 1 } }, { path: 'vars/{{ site }}.yml' }],
      varsPrompt: [
        { name: 'pw', prompt: 'Password', private: true, confirm: false },
        { name: 'user', prompt: 'user', private: false, confirm: true, default: 'x' },
      ],
      serial: [1, '30%', 5],
      maxFailPercentage: 30,
      strategy: 'free',
      order: 'sorted',
      forceHandlers: true,
      handlers: [{ module: 'ping', keywords: { name: 'h', listen: ['topic'] } }],
    });
    expect(play.varsFiles[1]).not.toHaveProperty('values');
    expect([play.preTasks, play.tasks, play.postTasks].map((list) => list.length)).toEqual([1, 1, 1]);
    expect(positionOf(play, 'hosts')).toMatchObject({ line: 2, col: 10 });
  });

  it('may run at the same time', () => {
    const { playbook, places } = load(
      `- name: servers
  parallel:
    - hosts: nfs
    - import_playbook: mysql.yml
- hosts: harbor
`,
      { 'mysql.yml': '- hosts: mysql\n- hosts: mysql2\n' },
    );
    expect(places).toEqual([]);
    expect(playbook.entries).toMatchObject([
      {
        kind: 'parallel',
        name: 'servers',
        plays: [{ hosts: 'nfs' }, { hosts: 'mysql' }, { hosts: 'mysql2' }],
      },
      { kind: 'play', hosts: 'harbor' },
    ]);
  });
});

describe('tasks', () => {
  it('have the keywords of Ansible', () => {
    const [task] = tasksOf(`- name: Wait
  command: curl http://x
  vars: {a: 1}
  when: [a == 1, b is defined]
  loop: "{{ hosts }}"
  loop_control: {loop_var: h, index_var: i, label: "{{ h }}", pause: 3, extended: true}
  register: result
  until: result.rc == 0
  retries: 5
  delay: "2"
  changed_when: false
  failed_when: result.rc > 1 and not ok
  ignore_errors: true
  ignore_unreachable: "{{ x }}"
  delegate_to: localhost
  run_once: true
  become: false
  environment: "{{ env }}"
  no_log: true
  check_mode: false
  diff: false
  throttle: 1
  timeout: 30
  tags: [a, b]
  notify: [one, two]
`);
    expect(task).toMatchObject({
      module: 'command',
      params: { cmd: 'curl http://x' },
      keywords: {
        name: 'Wait',
        vars: { a: 1 },
        when: [{ expression: 'a == 1' }, { expression: 'b is defined' }],
        loop: '{{ hosts }}',
        loopControl: { loopVar: 'h', indexVar: 'i', label: '{{ h }}', pause: 3, extended: true },
        register: 'result',
        until: [{ expression: 'result.rc == 0' }],
        retries: 5,
        delay: 2,
        changedWhen: [{ expression: false }],
        failedWhen: [{ expression: 'result.rc > 1 and not ok' }],
        ignoreErrors: true,
        ignoreUnreachable: '{{ x }}',
        delegateTo: 'localhost',
        runOnce: true,
        become: false,
        environment: '{{ env }}',
        noLog: true,
        checkMode: false,
        diff: false,
        throttle: 1,
        timeout: 30,
        tags: ['a', 'b'],
        notify: ['one', 'two'],
      },
    });
  });

  const forms: readonly [text: string, module: string, params: object][] = [
    ['apt: {name: x, state: present}', 'apt', { name: 'x', state: 'present' }],
    ['apt: name=x state=present', 'apt', { name: 'x', state: 'present' }],
    ['apt: name="x y" state={{ s | lower }}', 'apt', { name: 'x y', state: '{{ s | lower }}' }],
    ['ping:', 'ping', {}],
    ['ansible.builtin.apt: {name: x}', 'apt', { name: 'x' }],
    ['community.docker.docker_image: {name: x}', 'docker_image', { name: 'x' }],
    ['command: ls -l', 'command', { cmd: 'ls -l' }],
    ['command: {cmd: ls, chdir: /}', 'command', { cmd: 'ls', chdir: '/' }],
    ['command: {argv: [ls]}', 'command', { argv: ['ls'] }],
    ['command: ls a=b creates=/x chdir="/a b"', 'command', { cmd: 'ls a=b', creates: '/x', chdir: '/a b' }],
    ['shell: echo "a=b" | wc -l > /tmp/x', 'shell', { cmd: 'echo "a=b" | wc -l > /tmp/x' }],
    ["shell: echo 'it is", 'shell', { cmd: "echo 'it is" }],
    ['command: true', 'command', { cmd: 'true' }],
    ['command: ls\nargs: {chdir: /, cmd: other}', 'command', { cmd: 'ls', chdir: '/' }],
    ['command:\nargs: {argv: [ls, -l]}', 'command', { argv: ['ls', '-l'] }],
    ['include_vars: vars/x.yml', 'include_vars', { file: 'vars/x.yml' }],
    ['include_vars: file=vars/x.yml name=y', 'include_vars', { file: 'vars/x.yml', name: 'y' }],
    ['meta: flush_handlers', 'meta', { action: 'flush_handlers' }],
    ['action: apt name=x', 'apt', { name: 'x' }],
    ['action: {module: apt, name: x}', 'apt', { name: 'x' }],
    ['action: ping', 'ping', {}],
    ['action: command ls -l', 'command', { cmd: 'ls -l' }],
    ['file: path=/x mode=0644', 'file', { path: '/x', mode: '0644' }],
    ['file: {path: /x, mode: 0644}', 'file', { path: '/x', mode: '0644' }],
    ['debug: msg="a: b"', 'debug', { msg: 'a: b' }],
  ];
  it.each(forms)('may be written %j', (text, module, params) => {
    const quoted = text.startsWith('debug') ? 'debug: \'msg="a: b"\'' : text;
    const [task] = tasksOf(`- ${quoted.replaceAll('\n', '\n  ')}`);
    expect(task).toMatchObject({ module, params });
    expect(Object.keys(task?.params ?? {}).sort()).toEqual(Object.keys(params).sort());
  });

  it('of local_action are delegated to the control node', () => {
    expect(tasksOf('- local_action: command ls')).toMatchObject([
      { module: 'command', params: { cmd: 'ls' }, keywords: { delegateTo: 'localhost' } },
    ]);
  });

  it('keep the places of params in every form', () => {
    const [map, text, free] = tasksOf(`- apt: {name: x, state: present}
- apt: name=x state=present
- command: ls chdir=/tmp`);
    expect(positionOf(map?.params ?? {}, 'state')).toMatchObject({ line: 3, col: 29 });
    expect(positionOf(text?.params ?? {}, 'state')).toMatchObject({ line: 4, col: 25 });
    expect(positionOf(free?.params ?? {}, 'chdir')).toMatchObject({ line: 5, col: 25 });
    expect(positionOf(map ?? {}, 'module')).toBeDefined();
  });

  it('keep the places of keywords and conditions', () => {
    const [task] = tasksOf(`- ping:
  when: "x == 1"
  register: r
  notify:
    - a
    - b
  failed_when:
    - >-
      rc != 0`);
    const keywords = task?.keywords ?? {};
    expect(keywords.when?.[0]?.position).toMatchObject({ line: 4, col: 14 });
    expect(keywords.failedWhen?.[0]?.position).toMatchObject({ line: 11, col: 11 });
    expect(positionOf(keywords, 'register')).toMatchObject({ line: 5, col: 17 });
    expect(positionOf(keywords.notify ?? [], 1)).toMatchObject({ line: 8, col: 11 });
  });

  it('have ids that differ, also where a file is imported twice', () => {
    const play = onlyPlay('- hosts: all\n  tasks: [{import_tasks: a.yml}, {import_tasks: a.yml}]\n', {
      'a.yml': '- ping:\n',
    });
    const [first, second] = flat(play.tasks);
    expect(first?.id).toMatch(/a\.yml:1:3$/);
    expect(second?.id).toMatch(/a\.yml:1:3#2$/);
  });
});

describe('blocks and imports', () => {
  it('nest', () => {
    const play = onlyPlay(
      `- hosts: all
  tasks:
    - name: outer
      when: a
      tags: t
      block:
        - ping:
        - import_tasks: tasks/more.yml
          when: b
          vars: {x: 1}
      rescue: [{debug: {msg: r}}]
      always: [{debug: {msg: a}}]
`,
      { 'tasks/more.yml': '- import_tasks: deep.yml\n', 'tasks/deep.yml': '- apt: {name: x}\n' },
    );
    expect(play.tasks).toMatchObject([
      {
        kind: 'block',
        keywords: { name: 'outer', when: [{ expression: 'a' }], tags: ['t'] },
        tasks: [
          { module: 'ping' },
          {
            kind: 'block',
            keywords: { when: [{ expression: 'b' }], vars: { x: 1 } },
            tasks: [{ kind: 'block', tasks: [{ module: 'apt' }] }],
          },
        ],
        rescue: [{ params: { msg: 'r' } }],
        always: [{ params: { msg: 'a' } }],
      },
    ]);
    expect(flat(play.tasks)[1]?.directory).toMatch(/\/tasks$/);
  });

  it('give handlers the keywords of their import', () => {
    const play = onlyPlay(
      '- hosts: all\n  handlers:\n    - import_tasks: h.yml\n      tags: [t]\n      when: a\n      become: true\n',
      { 'h.yml': '- {name: r, ping: , when: b, listen: x}\n- {name: s, ping: , become: false}\n' },
    );
    expect(play.handlers).toMatchObject([
      {
        kind: 'block',
        keywords: { tags: ['t'], when: [{ expression: 'a' }], become: true },
        tasks: [
          { keywords: { name: 'r', when: [{ expression: 'b' }], listen: ['x'] } },
          { keywords: { name: 's', become: false } },
        ],
      },
    ]);
  });

  it('hand variables, tags and conditions to the plays of an imported playbook', () => {
    const { plays, places } = load(
      '- import_playbook: sub/other.yml\n  vars: {a: 2, b: 3}\n  tags: x\n  when: go\n',
      {
        'sub/other.yml':
          '- hosts: all\n  vars: {a: 1, c: 1}\n  tags: y\n  vars_files: v.yml\n  tasks: [{ping: }]\n',
        'sub/v.yml': 'd: 1',
      },
    );
    expect(places).toEqual([]);
    expect(plays).toMatchObject([
      {
        keywords: { vars: { a: 2, b: 3, c: 1 }, tags: ['x', 'y'] },
        varsFiles: [{ values: { d: 1 } }],
        tasks: [{ kind: 'block', keywords: { when: [{ expression: 'go' }] }, tasks: [{ module: 'ping' }] }],
      },
    ]);
    expect(plays[0]?.directory).toMatch(/\/sub$/);
  });

  it('reads ahead what include_tasks names', () => {
    const { includes, places, directory } = load(
      '- hosts: all\n  tasks:\n    - include_tasks: a.yml\n    - include_tasks: "{{ x }}.yml"\n',
      { 'a.yml': '- ping:\n- include_tasks: b.yml\n', 'b.yml': '- pong:\n' },
    );
    expect(places).toEqual(['b.yml:1:3 unknown-module']);
    expect([...includes.keys()]).toEqual([`${directory}/a.yml`, `${directory}/b.yml`]);
    expect(includes.get(`${directory}/a.yml`)).toMatchObject([
      { module: 'ping' },
      { module: 'include_tasks' },
    ]);
  });
});

describe('faults', () => {
  type Case = readonly [text: string, place: string, hint: string | RegExp | undefined];

  function check(text: string, place: string, hint: string | RegExp | undefined): void {
    const { places, faults } = load(text, { 'loop.yml': '- import_tasks: loop.yml\n', 'a.yml': '- ping:\n' });
    expect(places).toEqual([place]);
    if (typeof hint === 'string') expect(faults[0]?.hint).toBe(hint);
    else if (hint) expect(faults[0]?.hint).toMatch(hint);
  }

  const ofPlays: readonly Case[] = [
    ['', 'site.yml:1:1 wrong-type', 'the file is empty'],
    ['hosts: all\n', 'site.yml:1:1 wrong-type', 'start each play with "- "'],
    ['- tasks: []\n', 'site.yml:1:3 missing-hosts', /hosts: all/],
    ['- hosts:\n', 'site.yml:1:9 wrong-type', undefined],
    ['- hosts: all\n  taks: []\n', 'site.yml:2:3 unknown-keyword', 'did you mean "tasks"?'],
    ['- hosts: all\n  tasks: {ping: }\n', 'site.yml:2:10 wrong-type', 'start each entry with "- "'],
    ['- hosts: all\n  apt: {name: x}\n', 'site.yml:2:3 misplaced-module', 'put it in a task below "tasks:"'],
    [
      '- hosts: all\n  when: x\n',
      'site.yml:2:3 misplaced-keyword',
      /^put the tasks into a block with the condition/,
    ],
    ['- hosts: all\n  roles: [x]\n', 'site.yml:2:11 missing-role', /looked in .*roles/],
    ['- hosts: all\n  strategy: debug\n', 'site.yml:2:13 wrong-value', 'use --step'],
    ['- hosts: all\n  strategy: lineer\n', 'site.yml:2:13 wrong-value', 'did you mean "linear"?'],
    ['- hosts: all\n  serial: many\n', 'site.yml:2:11 wrong-type', /"30%"/],
    ['- hosts: all\n  become: maybe\n', 'site.yml:2:11 wrong-type', 'for the variable write "{{ maybe }}"'],
    ['- hosts: all\n  become: yes\n', 'site.yml:2:11 boolean-word', /write true/],
    ['- hosts: all\n  vars: [a]\n', 'site.yml:2:9 wrong-type', undefined],
    ['- hosts: all\n  vars: {my-var: 1}\n', 'site.yml:2:10 bad-variable-name', /my_var/],
    ['- hosts: all\n  vars_files: nope.yml\n', 'site.yml:2:15 missing-file', undefined],
    ['- hosts: all\n  vars_prompt: [{prompt: x}]\n', 'site.yml:2:17 wrong-type', undefined],
    ['- hosts: all\n  module_defaults: {fiel: {}}\n', 'site.yml:2:21 unknown-module', 'did you mean "file"?'],
    ['- hosts: all\n  gather_subset: min\n', 'site.yml:2:3 no-effect', /first used/],
    ['- import_playbook: nope.yml\n', 'site.yml:1:20 missing-file', /looked in/],
    ['- import_playbook: site.yml\n', 'site.yml:1:20 import-cycle', /site.yml → site.yml/],
    ['- import_playbook: "{{ x }}.yml"\n', 'site.yml:1:20 template-in-import', undefined],
    ['- import_playbok: a.yml\n', 'site.yml:1:3 unknown-keyword', 'did you mean "import_playbook"?'],
    ['- parallel: {}\n', 'site.yml:1:13 wrong-type', undefined],
    ['- parallel: [{hosts: a}]\n  when: x\n', 'site.yml:2:3 unknown-keyword', 'put it on the plays inside'],
    ['- parallel: [{parallel: [{hosts: a}]}]\n', 'site.yml:1:14 nested-parallel', undefined],
    ['- name: x\n  ping:\n', 'site.yml:2:3 task-in-playbook', /below "tasks:"/],
    ['- just text\n', 'site.yml:1:3 wrong-type', undefined],
  ];
  it.each(ofPlays)('%j', check);

  const ofTasks: readonly Case[] = [
    ['pnig:', '1 unknown-module', 'did you mean "ping"?'],
    ['ping:\nregster: x', '2 unknown-keyword', 'did you mean "register"?'],
    ['name: only', '1 no-module', /add one/],
    ['ping:\napt: {name: x}', '2 two-modules', /two tasks/],
    ['ping:\nwith_itmes: [a]', '2 unsupported-keyword', 'did you mean "with_items"?'],
    ['ping:\nwith_ini: [a]', '2 unsupported-keyword', /^write loop:/],
    ['ping:\nwith_items:', '2 wrong-type', 'leave the line out'],
    ['ping:\ndebugger: always', '2 unsupported-keyword', /--step/],
    ['include_role: {name: x}', '1:28 missing-role', /looked in .*roles/],
    ['dnf:', '1 unsupported-module', /use apt/],
    ['include: x.yml', '1 unsupported-module', /include_tasks/],
    ['import_playbook: x.yml', '1 unsupported-module', /beside the plays/],
    ['ping:\nlisten: x', '2 misplaced-keyword', /^only handlers listen/],
    ['ping:\nloop: items', '2:13 wrong-type', 'for the variable write "{{ items }}"'],
    ['ping:\nregister: my-var', '2:17 wrong-type', undefined],
    ['ping:\nwhen: 5', '2:13 wrong-type', undefined],
    ['ping:\nwhen:', '2 wrong-type', 'leave the line out'],
    ['ping:\nretries: many', '2:16 wrong-type', undefined],
    ['ping:\nloop: []\nloop_control: {loopvar: x}', '3:22 unknown-keyword', 'did you mean "loop_var"?'],
    ['apt: [x]', '1:12 wrong-type', undefined],
    ['apt: just text', '1:12 module-form', /write them as a mapping/],
    ['apt: name="x', '1:12 module-form', undefined],
    ['apt: "{{ params }}"', '1:12 module-form', undefined],
    ['args: {a: 1}', '1 no-module', undefined],
    ['action: nope x=1', '1:15 unknown-module', undefined],
    ['import_tasks: nope.yml', '1:21 missing-file', /looked in/],
    ['import_tasks: a.yml\nloop: [1]', '2:13 misplaced-keyword', 'use include_tasks'],
    ['import_tasks: "{{ x }}.yml"', '1:21 template-in-import', 'use include_tasks'],
    ['include_tasks: nope.yml', '1:22 missing-file', /looked in/],
    ['rescue: []', '1 missing-block', /under "block:"/],
    ['block: []\nresceu: []', '2 unknown-keyword', 'did you mean "rescue"?'],
    ['block: []\nregister: x', '2 misplaced-keyword', 'put it on the tasks inside'],
    ['block: {ping: }', '1:14 wrong-type', undefined],
    ['file: {path: /data/secret, mode: 644}', '1:40 decimal-mode', "did you mean '0644'?"],
    ['debug: msg="Test: {{x}}"', '1:14 yaml-syntax', `quote the value: 'msg="Test: {{x}}"'`],
    ['debug: msg={{ x }}: y', '1:14 yaml-syntax', /quote the value/],
    ['debug: {{ x }}', '1:14 unquoted-template', 'quote it: "{{ x }}"'],
    ['ping:\nwhen: {{ x }}', '2:13 unquoted-template', 'quote it: "{{ x }}"'],
    ['ping:\nname: a\nname: b', '3 duplicate-key', 'remove one of them'],
  ];
  it.each(ofTasks)('task %j', (text, place, hint) => {
    const task = `- hosts: all\n  tasks:\n    - ${text.replaceAll('\n', '\n      ')}\n`;
    const [where = '', code] = place.split(' ');
    const [line = 0, col = 7] = where.split(':').map(Number);
    check(task, `site.yml:${line + 2}:${col} ${code}`, hint);
  });

  it('of files that import themselves name the circle', () => {
    const files = { 'a.yml': '- import_tasks: b.yml\n', 'b.yml': '- ping:\n- import_tasks: a.yml\n' };
    const { places, faults } = load('- hosts: all\n  tasks: [{import_tasks: a.yml}]\n', files);
    expect(places).toEqual(['b.yml:2:17 import-cycle']);
    expect(faults[0]?.hint).toBe('the circle: a.yml → b.yml → a.yml');
  });

  it('of includes without an end are found, those with a condition are left alone', () => {
    const text = '- hosts: all\n  tasks: [{include_tasks: a.yml}]\n';
    expect(load(text, { 'a.yml': '- include_tasks: a.yml\n' }).places).toEqual(['a.yml:1:18 include-cycle']);
    expect(load(text, { 'a.yml': '- include_tasks: a.yml\n  when: more\n' }).places).toEqual([]);
  });

  it('of all files come at once', () => {
    const { places } = load(
      `- hosts: all
  vars_files: [v.yml]
  tasks:
    - import_tasks: a.yml
    - import_tasks: a.yml
    - pnig:
  handlers:
    - ping:
      lisen: x
- hosts: web
  srial: 1
`,
      { 'a.yml': '- ping:\n  beecome: true\n- file: {mode: 755}\n', 'v.yml': 'a: 1\na: 2\n' },
    );
    expect(places.sort()).toEqual([
      'a.yml:2:3 unknown-keyword',
      'a.yml:3:16 decimal-mode',
      'site.yml:11:3 unknown-keyword',
      'site.yml:6:7 unknown-module',
      'site.yml:9:7 unknown-keyword',
      'v.yml:2:1 duplicate-key',
    ]);
  });

  it('of a playbook that is not there name it', () => {
    expect(loadPlaybook('/nowhere/site.yml', { modules }).faults).toMatchObject([
      { code: 'missing-file', message: 'there is no file /nowhere/site.yml' },
    ]);
  });
});
