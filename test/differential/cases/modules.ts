import { type Cases, tasks } from '../case.ts';

const command: Cases = {
  'creates and removes': tasks(`
- { shell: 'touch {{ base }}/a', args: { creates: '{{ base }}/a' } }
- { shell: 'touch {{ base }}/a', args: { creates: '{{ base }}/a' }, register: r }
- { log: ok, when: r is not changed and r is not skipped }
- { command: 'rm {{ base }}/a', args: { removes: '{{ base }}/a' } }
- { command: 'rm {{ base }}/a', args: { removes: '{{ base }}/a' } }
`),
  'chdir, argv and stdin': tasks(`
- { command: pwd, args: { chdir: /usr }, register: p }
- { command: { argv: [printf, '%s', 'a b'] }, register: a }
- { shell: { cmd: 'cat > {{ base }}/in', stdin: text } }
- { log: '{{ p.stdout }}-{{ a.stdout }}' }
`),
  'a command that is not there': {
    play: tasks(`
- { command: nosuchcommand, register: r, ignore_errors: true }
- { log: '{{ r.rc }}' }
`),
    differs: {
      row: 'command-not-ended',
      here: { effects: ['127 h1'], recap: { h1: 'ok=2 changed=2 ignored=1' } },
    },
  },
};

const files: Cases = {
  'copy: changed, then not, then again': tasks(`
- { copy: { content: x, dest: '{{ base }}/a', mode: '0644' }, register: one }
- { copy: { content: x, dest: '{{ base }}/a', mode: '0644' }, register: two }
- { copy: { content: x, dest: '{{ base }}/a', mode: '0600' }, register: three }
- { log: states, when: one is changed and two is not changed and three is changed }
`),
  'copy: a folder, and no force': {
    play: tasks(`
- { copy: { src: tree/, dest: '{{ base }}/t', mode: '0644', directory_mode: '0755' } }
- { copy: { content: other, dest: '{{ base }}/t/a', force: false } }
- { copy: { src: missing, dest: '{{ base }}/m' }, ignore_errors: true }
`),
    files: { 'files/tree/a': 'a', 'files/tree/b/c': 'c' },
    differs: { row: 'faults-first', here: { code: 1, recap: {}, effects: [], files: {} } },
  },
  'template: plain names': {
    play: tasks(`
- { template: { src: t.txt, dest: '{{ base }}/t', mode: '0640' }, register: one, vars: { v: 1 } }
- { template: { src: t.txt, dest: '{{ base }}/t', mode: '0640' }, register: two, vars: { v: 1 } }
- { template: { src: t.txt, dest: '{{ base }}/t', mode: '0640' }, register: three, vars: { v: 2 } }
- { log: 'states', when: one is changed and two is not changed and three is changed }
`),
    files: { 'templates/t.txt': 'v={{ v }}\nhost={{ inventory_hostname }}\n\nend\n' },
  },
  'template: the note that a file is managed': {
    play: tasks(`
- { template: { src: t.txt, dest: '{{ base }}/t', mode: '0640' } }
`),
    files: { 'templates/t.txt': '# {{ ansible_managed }}\n' },
  },
  'file: folders, modes, links and absence': tasks(`
- { file: { path: '{{ base }}/d/e', state: directory, mode: '0750' } }
- { file: { path: '{{ base }}/d/f', state: touch, mode: 'u=rw,g=r,o=' } }
- { file: { path: '{{ base }}/d/l', src: f, state: link } }
- { file: { path: '{{ base }}/none' }, ignore_errors: true }
- { file: { path: '{{ base }}/d/e', state: absent } }
- { file: { path: '{{ base }}/d/e', state: absent } }
`),
  'lineinfile, blockinfile and replace': tasks(
    `
- { copy: { content: "a=1\\nb=2\\n", dest: '{{ base }}/f', mode: '0644' } }
- { lineinfile: { path: '{{ base }}/f', regexp: '^a=', line: a=3 } }
- { lineinfile: { path: '{{ base }}/f', regexp: '^a=', line: a=3 } }
- { lineinfile: { path: '{{ base }}/f', line: first, insertbefore: BOF } }
- { blockinfile: { path: '{{ base }}/f', block: "x\\ny", marker: '# {mark} here' } }
- { replace: { path: '{{ base }}/f', regexp: '=(\\d)', replace: ':\\1' } }
- { lineinfile: { path: '{{ base }}/f', regexp: '^b', state: absent } }
`.replaceAll('=(\\d)', '=([0-9])'),
  ),
  'stat and slurp': tasks(`
- { copy: { content: x, dest: '{{ base }}/a', mode: '0604' } }
- { stat: { path: '{{ base }}/a' }, register: s }
- { stat: { path: '{{ base }}/none' }, register: n }
- { slurp: { src: '{{ base }}/a' }, register: c }
- { log: '{{ s.stat.mode }}-{{ s.stat.size }}-{{ c.content }}', when: s.stat.isreg and not n.stat.exists }
- { slurp: { src: '{{ base }}/none' } }
`),
};

const control: Cases = {
  assert: tasks(`
- { assert: { that: ["1 == 1", "x == 'a'"] }, vars: { x: a } }
- { assert: { that: "x == 'b'", fail_msg: no }, vars: { x: a }, ignore_errors: true }
- { assert: { that: ["1 == 1", "1 == 2"] } }
`),
  'wait_for a file, and in vain': tasks(`
- { shell: "(sleep 1; echo ready > {{ base }}/w) >/dev/null 2>&1 &" }
- { wait_for: { path: '{{ base }}/w', search_regex: ready, timeout: 20 } }
- { wait_for: { port: 1, timeout: 1 }, ignore_errors: true }
- log: behind
`),
  'debug and set_fact change nothing': tasks(`
- { debug: { msg: x }, register: r }
- { debug: { var: r } }
- { debug: { msg: x, verbosity: 1 } }
- { set_fact: { a: 1 } }
- { ping: {}, register: p }
- { log: '{{ p.ping }}' }
`),
  'script and fetch': {
    play: tasks(`
- { script: s.sh one, register: r }
- { log: two, when: "'got-one' in r.stdout" }
- { shell: 'echo x > {{ base }}/a', changed_when: false }
- { fetch: { src: '{{ base }}/a', dest: '{{ base }}/fetched', flat: true } }
`),
    files: { 's.sh': '#!/bin/sh\necho got-$1\n' },
  },
};

export const modules: Readonly<Record<string, Cases>> = { command, files, control };
