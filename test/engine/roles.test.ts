import { describe, expect, it } from 'vitest';
import { runPlays } from './run-world.ts';

const say = (name: string, text: string) => `- name: ${name}\n  debug: {msg: '${text}'}\n`;

const files = {
  'roles/web/tasks/main.yml': `
- name: own
  debug: {msg: 'e={{ e }} d={{ d }} p={{ default p "-" }} from_dep={{ from_dep }} {{ file_name }}'}
- name: task vars
  debug: {msg: 'e={{ e }} p={{ p }}'}
  vars: {e: task, p: task}
- name: where
  debug: {msg: '{{ role_name }} {{ join ansible_role_names "," }} {{ basename role_path }}'}
`,
  'roles/web/vars/main.yml': 'e: role var\nshown: by web\n',
  'roles/web/defaults/main/a.yml': 'd: first\nfile_name: a\n',
  'roles/web/defaults/main/b.yml': 'd: web\n',
  'roles/web/meta/main.yml': 'dependencies: [{role: base, given: 1}]\n',
  'roles/base/tasks/main.yml': say('base', 'd={{ d }} e={{ e }} given={{ given }} p={{ default p "-" }}'),
  'roles/base/defaults/main.yml': 'd: base\n',
  'roles/base/vars/main.yml': 'from_dep: yes indeed\n',
};

describe('roles of a play', () => {
  it('run between pre_tasks and tasks, after the roles they depend on', async () => {
    const run = await runPlays(
      `
- hosts: all
  pre_tasks: [{name: pre, debug: {msg: '{{ shown }} {{ d }}'}}]
  roles:
    - web
    - {role: web, p: param, vars: {e: entry}}
    - web
  tasks: [{name: post, debug: {msg: '{{ shown }}'}}]
  post_tasks: [{name: last, debug: {msg: x}}]
`,
      { files },
    );
    expect(run.outcomes).toEqual([
      'h1 pre: ok',
      ...['h1 base : base: ok', 'h1 web : own: ok', 'h1 web : task vars: ok', 'h1 web : where: ok'],
      ...['h1 web : own: ok', 'h1 web : task vars: ok', 'h1 web : where: ok'],
      ...['h1 post: ok', 'h1 last: ok'],
    ]);
    expect(messages(run)).toEqual([
      ['pre', 'by web web'],
      ['base : base', 'd=base e=role var given=1 p=-'],
      ['web : own', 'e=role var d=web p=- from_dep=yes indeed a'],
      ['web : task vars', 'e=task p=task'],
      ['web : where', 'web base,web web'],
      ['web : own', 'e=role var d=web p=param from_dep=yes indeed a'],
      ['web : task vars', 'e=task p=param'],
      ['web : where', 'web base,web web'],
      ['post', 'by web'],
      ['last', 'x'],
    ]);
  });
});

describe('precedence', () => {
  it('of what a role is called with is above set_fact, of its vars above the play, of its defaults below all', async () => {
    const run = await runPlays(
      `
- hosts: all
  vars: {in_play: play, in_vars: play, in_block: play}
  roles: [{role: r, in_param: param, in_default: param, in_extra: param}]
`,
      {
        hosts: { h1: { in_host: 'host', in_vars: 'host' } },
        extraVars: { in_extra: 'extra' },
        files: {
          'roles/r/defaults/main.yml':
            'in_play: default\nin_host: default\nin_default: default\nonly: default\nin_vars: default\n',
          'roles/r/vars/main.yml': 'in_vars: role\nin_block: role\nin_fact: role\n',
          'roles/r/tasks/main.yml': `
- set_fact: {in_param: fact, in_fact: fact}
- block:
    - name: look
      debug:
        msg: '{{ in_play }} {{ in_host }} {{ in_default }} {{ only }} {{ in_vars }} {{ in_block }} {{ in_fact }} {{ in_param }} {{ in_extra }}'
  vars: {in_block: block}
`,
        },
      },
    );
    expect(messages(run)).toContainEqual(['r : look', 'play host param default role block fact param extra']);
  });

  it('is such that roles do not see what siblings are called with', async () => {
    const run = await runPlays(
      `
- hosts: all
  roles: [{role: r, p: 1}, {role: r, q: 1}]
  tasks: [{name: after, debug: {msg: '{{ default p "-" }} {{ default role_name "-" }}'}}]
`,
      { files: { 'roles/r/tasks/main.yml': say('look', '{{ default p "-" }} {{ default q "-" }}') } },
    );
    expect(messages(run).map(([, text]) => text)).toEqual(['1 -', '- 1', '- -']);
  });
});

describe('import_role and include_role', () => {
  const shown = {
    'roles/r/defaults/main.yml': 'shown: default\n',
    'roles/r/vars/main.yml': 'v: role\n',
    'roles/r/tasks/main.yml': say('main', '{{ shown }} {{ v }}'),
    'roles/r/tasks/other.yml': say('other', '{{ shown }} {{ v }}'),
    'roles/r/defaults/other.yml': 'shown: other default\n',
    'roles/r/vars/other.yml': 'v: other role\n',
  };

  it('give variables of the call: above the vars of the role, for an include above those of its tasks', async () => {
    const run = await runPlays(
      `
- hosts: all
  tasks:
    - import_role: {name: r}
      vars: {v: call}
    - include_role: {name: r, tasks_from: other, vars_from: other, defaults_from: other}
    - include_role: {name: r, tasks_from: own}
      vars: {v: call}
    - name: after
      debug: {msg: '{{ default v "-" }} {{ shown }}'}
`,
      { files: { ...shown, 'roles/r/tasks/own.yml': `${say('own', '{{ v }}')}  vars: {v: task}\n` } },
    );
    expect(messages(run)).toEqual([
      ['r : main', 'default call'],
      ['r : other', 'other default other role'],
      ['r : own', 'call'],
      ['after', 'role default'],
    ]);
  });

  it('show their variables to later tasks where they are public, on the hosts that included them', async () => {
    const run = await runPlays(
      `
- hosts: all
  tasks:
    - include_role: {name: '{{ which }}', public: true}
    - name: after
      debug: {msg: '{{ default shown "-" }}'}
    - include_role: {name: s}
    - name: at last
      debug: {msg: '{{ default hidden "-" }}'}
`,
      {
        hosts: { h1: { which: 'r' }, h2: { which: 's' } },
        files: { ...shown, 'roles/s/vars/main.yml': 'hidden: x\n', 'roles/s/tasks/main.yml': say('s', 'x') },
      },
    );
    expect(run.result('after', 'h1').values['msg']).toBe('default');
    expect(run.result('after', 'h2').values['msg']).toBe('-');
    expect(run.result('at last', 'h2').values['msg']).toBe('x');
    expect(run.result('at last', 'h1').values['msg']).toBe('-');
    const included = run.events.flatMap((event) =>
      event.event === 'included' ? [[event.file, event.hosts]] : [],
    );
    expect(included).toEqual([
      ['r', ['h1']],
      ['s', ['h2']],
      ['s', ['h1', 'h2']],
    ]);
  });

  it('loop, and hand keywords on with apply', async () => {
    const run = await runPlays(
      `
- hosts: all
  tasks:
    - include_role:
        name: '{{ item.name }}'
        apply: {tags: [wanted], vars: {v: applied}}
      loop: [{name: a}, {name: b}]
      tags: [wanted]
`,
      {
        tags: ['wanted'],
        files: {
          'roles/a/tasks/main.yml': say('in a', '{{ v }} {{ item.name }}'),
          'roles/b/tasks/main.yml': say('in b', '{{ v }} {{ item.name }}'),
        },
      },
    );
    expect(messages(run)).toEqual([
      ['a : in a', 'applied a'],
      ['b : in b', 'applied b'],
    ]);
  });

  it('fail the host where the role is not there', async () => {
    const run = await runPlays(
      "- hosts: all\n  tasks: [{name: include, include_role: {name: '{{ which }}'}}, {name: after, debug: {msg: x}}]\n",
      { hosts: { h1: { which: 'nope' } } },
    );
    expect(run.outcomes).toEqual(['h1 include: failed']);
    expect(run.result('include').message).toMatch(/play\.yml:2:\d+: there is no role nope$/);
  });

  it('are decided at run time in check mode where the name is', async () => {
    const run = await runPlays(
      `
- hosts: all
  tasks:
    - thing: {name: a, value: x}
      register: made
    - name: include
      include_role: {name: 'r{{ made.token }}'}
`,
      { check: true, files: shown },
    );
    expect(run.outcomes.at(-1)).toBe('h1 include: unknown');
  });
});

describe('handlers of roles', () => {
  const change = (name: string, notify: string) =>
    `- name: change\n  thing: {name: ${name}, value: x}\n  notify: ${JSON.stringify(notify)}\n`;

  it('are found by name, by role and name, and by topic; those of the play win', async () => {
    const run = await runPlays(
      `
- hosts: all
  roles: [a, b]
  tasks:
    - thing: {name: t1, value: x}
      notify: ['a : tell', topic]
    - thing: {name: t2, value: x}
      notify: tell
    - thing: {name: t3, value: x}
      notify: both
  handlers: [{name: both, debug: {msg: of the play}}]
`,
      {
        files: {
          'roles/a/handlers/main.yml': `${say('tell', 'a {{ role_name }}')}- {name: both, debug: {msg: of a}}\n`,
          'roles/b/handlers/main.yml': `${say('tell', 'b {{ of_b }}')}- {name: listens, debug: {msg: l}, listen: topic}\n`,
          'roles/b/defaults/main.yml': 'of_b: default\n',
        },
      },
    );
    expect(messages(run).slice(3)).toEqual([
      ['a : tell', 'a a'],
      ['b : tell', 'b default'],
      ['b : listens', 'l'],
      ['both', 'of the play'],
    ]);
  });

  it('run at the end of the section, with what the call of the role says', async () => {
    const run = await runPlays(
      `
- hosts: all
  pre_tasks: [{name: pre, thing: {name: p, value: x}, notify: tell}]
  roles: [{role: r, said: by the call}]
  tasks: [{name: after, debug: {msg: x}}]
`,
      {
        files: {
          'roles/r/tasks/main.yml': change('a', 'tell'),
          'roles/r/handlers/main.yml': say('tell', '{{ said }}'),
        },
      },
    );
    expect(run.outcomes).toEqual([
      ...['h1 pre: changed', 'h1 r : tell: ok'],
      ...['h1 r : change: changed', 'h1 after: ok', 'h1 r : tell: ok'],
    ]);
    expect(run.result('r : tell').values['msg']).toBe('by the call');
  });

  it('come with a role that is included, and once where it is called twice in the same way', async () => {
    const run = await runPlays(
      `
- hosts: all
  tasks:
    - include_role: {name: r}
    - thing: {name: b, value: x}
      notify: 'r : tell'
    - import_role: {name: d}
    - import_role: {name: d}
`,
      {
        files: {
          'roles/r/tasks/main.yml': change('a', 'tell'),
          'roles/r/handlers/main.yml': say('tell', 'x'),
          'roles/d/tasks/main.yml': change('c', 'topic'),
          'roles/d/handlers/main.yml': `${say('listens', 'x')}  listen: topic\n`,
        },
      },
    );
    expect(run.outcomes.filter((line) => line.includes('tell'))).toEqual(['h1 r : tell: ok']);
    expect(run.outcomes.filter((line) => line.includes('listens'))).toEqual(['h1 d : listens: ok']);
  });
});

describe('handlers of a role that a loop includes', () => {
  it.each([
    ['run once', 'done', ['done']],
    ['run for each item where they use it', '{{ item }}', ['x', 'y']],
    ['run for each item where a variable of the role uses it', '{{ used }}', ['x', 'y']],
  ])('%s', async (_, text, told) => {
    const run = await runPlays('- hosts: all\n  tasks: [{include_role: {name: r}, loop: [x, y]}]\n', {
      files: {
        'roles/r/tasks/main.yml': '- name: change\n  thing: {name: "{{ item }}", value: x}\n  notify: tell\n',
        'roles/r/handlers/main.yml': say('tell', text),
        ...(text === '{{ used }}' ? { 'roles/r/defaults/main.yml': 'used: "{{ item }}"\n' } : {}),
      },
    });
    expect(messages(run).slice(2)).toEqual(told.map((one) => ['r : tell', one]));
    expect(run.recap('h1')).toBe(`ok=${2 + told.length} changed=2`);
  });
});

describe('a role that is called again', () => {
  const once = {
    'roles/base/tasks/main.yml': say('base', 'x'),
    'roles/a/meta/main.yml': 'dependencies: [base]\n',
    'roles/a/tasks/main.yml': say('a', 'x'),
    'roles/b/meta/main.yml': 'dependencies: [base]\n',
    'roles/b/tasks/main.yml': say('b', 'x'),
    'roles/again/meta/main.yml': 'allow_duplicates: true\n',
    'roles/again/tasks/main.yml': say('again', 'x'),
  };

  it('does nothing, but where its meta allows it', async () => {
    const run = await runPlays('- hosts: all\n  roles: [a, a, b, again, again]\n', { files: once });
    expect(run.outcomes).toEqual([
      ...['h1 base : base: ok', 'h1 a : a: ok', 'h1 b : b: ok'],
      ...['h1 again : again: ok', 'h1 again : again: ok'],
    ]);
  });

  it('does its work where it was skipped before, host by host', async () => {
    const run = await runPlays("- hosts: all\n  roles: [{role: a, when: inventory_hostname == 'h1'}, b]\n", {
      files: once,
      hosts: ['h1', 'h2'],
    });
    const base = run.outcomes.filter((line) => line.includes('base'));
    expect(base.toSorted()).toEqual(['h1 base : base: ok', 'h2 base : base: ok', 'h2 base : base: skipped']);
  });

  it('is an include that says so', async () => {
    const tasks = (more: string) => `    - include_role: {name: base${more}}\n`;
    const text = `- hosts: all\n  tasks:\n${tasks('')}${tasks('')}${tasks(', allow_duplicates: false')}`;
    const run = await runPlays(text, { files: once });
    expect(run.outcomes).toEqual(['h1 base : base: ok', 'h1 base : base: ok']);
  });
});

describe('keywords and files', () => {
  it('reach all tasks and handlers of the role and of those it depends on', async () => {
    const run = await runPlays(
      `
- hosts: all
  roles: [{role: outer, when: go | default(true), environment: {A: b}, tags: [t], ignore_errors: true}]
`,
      {
        tags: ['t'],
        files: {
          'roles/outer/meta/main.yml': 'dependencies: [{role: inner, when: not stop}]\n',
          'roles/outer/vars/main.yml': 'stop: true\n',
          'roles/outer/tasks/main.yml': '- name: fails\n  fail: {msg: x}\n',
          'roles/inner/tasks/main.yml': say('inner', 'x'),
        },
      },
    );
    expect(run.outcomes).toEqual(['h1 inner : inner: skipped', 'h1 outer : fails: failed (ignored)']);
  });

  it('are found in the role, then in the roles around it, then beside the playbook', async () => {
    const run = await runPlays('- hosts: all\n  roles: [outer]\n', {
      files: {
        'roles/outer/tasks/main.yml': '- import_role: inner\n',
        'roles/inner/tasks/main.yml': '- include_tasks: sub/deep.yml\n',
        'roles/inner/tasks/sub/deep.yml': `
- include_vars: own.yml
- include_vars: outer.yml
- include_vars: top.yml
- include_tasks: beside.yml
- name: look
  debug: {msg: '{{ own }} {{ outer }} {{ top }}'}
`,
        'roles/inner/tasks/beside.yml': say('beside', '{{ role_name }} {{ ansible_parent_role_names.[0] }}'),
        'roles/inner/vars/own.yml': 'own: inner\n',
        'roles/outer/vars/own.yml': 'own: outer\n',
        'roles/outer/vars/outer.yml': 'outer: outer\n',
        'vars/outer.yml': 'outer: top\n',
        'vars/top.yml': 'top: top\n',
      },
    });
    expect(messages(run).slice(-2)).toEqual([
      ['inner : beside', 'inner outer'],
      ['inner : look', 'inner outer top'],
    ]);
  });
});

describe('argument specs', () => {
  const spec = {
    'roles/r/meta/argument_specs.yml':
      'argument_specs: {main: {options: {port: {type: int, required: true}, pin: {type: int, no_log: true}}}}\n',
    'roles/r/tasks/main.yml': say('work', '{{ port }}'),
  };

  it.each([
    ['port: 80', ['h1 check: ok', 'h1 r : work: ok']],
    ['port: "80"', ['h1 check: ok', 'h1 r : work: ok']],
    ['port: many', ['h1 check: failed']],
    ['other: 1', ['h1 check: failed']],
    ['port: 1, pin: secret', ['h1 check: failed']],
  ])('%s', async (vars, outcomes) => {
    const run = await runPlays(`- hosts: all\n  tasks: [{include_role: {name: r}, vars: {${vars}}}]\n`, {
      files: spec,
      tags: ['all'],
    });
    const check = "r : Validating arguments against arg spec 'main'";
    expect(run.outcomes.map((line) => line.replace(check, 'check'))).toEqual(outcomes);
    expect(JSON.stringify(run.events)).not.toContain('secret');
  });
});

function messages(run: Awaited<ReturnType<typeof runPlays>>): (readonly [string, unknown])[] {
  const names = new Map(
    run.events.flatMap((event) => (event.event === 'task_start' ? [[event.task.id, event.task.name]] : [])),
  );
  return run.events.flatMap((event) =>
    event.event === 'result' ? [[names.get(event.taskId) ?? '', event.result.values['msg']] as const] : [],
  );
}
