import { expect, it } from 'vitest';
import { runPlays } from './run-world.ts';

const files = {
  'roles/outer/meta/main.yml': 'dependencies: [first]\n',
  'roles/first/tasks/main.yml':
    '- {name: a, debug: {msg: x}}\n- meta: end_role\n- {name: b, debug: {msg: x}}\n',
  'roles/outer/tasks/main.yml': `
- {name: c, debug: {msg: x}}
- {name: changes, debug: {msg: x}, changed_when: true, notify: h}
- block:
    - include_tasks: more.yml
    - {name: d, debug: {msg: x}}
  always:
    - {name: e, debug: {msg: x}}
- {name: f, debug: {msg: x}}
`,
  'roles/outer/tasks/more.yml': `
- meta: end_role
  when: inventory_hostname == 'h1'
- {name: g, debug: {msg: x}}
`,
  'roles/outer/handlers/main.yml': '- {name: h, debug: {msg: x}}\n',
};

const whole = (calls: string) => `
- hosts: all
${calls}
  post_tasks:
    - {name: after, debug: {msg: x}}
`;

for (const strategy of ['linear', 'free'] as const) {
  it(`meta: end_role leaves out the rest of the innermost role, for the hosts it is for (${strategy})`, async () => {
    const run = await runPlays(`${whole('  roles: [outer]')}  strategy: ${strategy}\n`, {
      files,
      hosts: ['h1', 'h2'],
    });
    const of = (host: string) =>
      run.outcomes
        .filter((line) => line.startsWith(host))
        .map((line) => line.replace(/^.*?(\w+): \w+$/, '$1'));
    expect(of('h1')).toEqual(['a', 'c', 'changes', 'h', 'after']);
    expect(of('h2')).toEqual(['a', 'c', 'changes', 'g', 'd', 'e', 'f', 'h', 'after']);
    expect(run.exitCode).toBe(0);
  });
}

it('a role that was included ends alone', async () => {
  const tasks = '  tasks:\n    - {include_role: {name: first}}\n    - {name: z, debug: {msg: x}}';
  const run = await runPlays(whole(tasks), { files });
  expect(run.outcomes).toEqual(['h1 first : a: ok', 'h1 z: ok', 'h1 after: ok']);
});
