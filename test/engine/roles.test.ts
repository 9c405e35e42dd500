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

function messages(run: Awaited<ReturnType<typeof runPlays>>): (readonly [string, unknown])[] {
  const names = new Map(
    run.events.flatMap((event) => (event.event === 'task_start' ? [[event.task.id, event.task.name]] : [])),
  );
  return run.events.flatMap((event) =>
    event.event === 'result' ? [[names.get(event.taskId) ?? '', event.result.values['msg']] as const] : [],
  );
}
