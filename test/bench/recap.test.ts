import { expect, test } from 'vitest';
import { recapProblem } from './recap.ts';

const ansible =
  'host0                      : ok=30   changed=0    unreachable=0    failed=0    skipped=0   \n';
const mooring = 'host1  : ok=30  changed=0   unreachable=0   failed=0   skipped=0   rescued=0   ignored=0\n';
const expected = { hosts: 2, tasks: 30, changed: 0 };

test.each([
  ['both forms', `PLAY RECAP ****\n${ansible}${mooring}`, undefined],
  ['a host too few', ansible, 'the recap has 1 hosts, not 2'],
  [
    'a change',
    ansible + mooring.replace('changed=0', 'changed=1'),
    'host1: ok=30 changed=1, not ok=30 changed=0',
  ],
  [
    'a task too few',
    ansible + mooring.replace('ok=30', 'ok=29'),
    'host1: ok=29 changed=0, not ok=30 changed=0',
  ],
  ['a failure', ansible.replace('failed=0', 'failed=1') + mooring, 'host0: unreachable=0 failed=1'],
  ['no recap', 'ERROR! the playbook could not be found', 'the recap has 0 hosts, not 2'],
])('a recap with %s', (_what, text, problem) => {
  expect(recapProblem(text, expected)).toBe(problem);
});
