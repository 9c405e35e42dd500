import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Value } from '../../../src/model/value.ts';
import { filterCases, variables } from './cases.ts';
import { type Answer, readAnswers, recordedFile } from './recorded.ts';

// Asks ansible-playbook what it makes of the expressions that have no answer yet, or of all with --all. Those
// with ipaddr want its collection ansible.utils (Debian's package ansible; ANSIBLE_COLLECTIONS_PATH otherwise).

const known = process.argv.includes('--all') ? {} : readAnswers();
const asked = filterCases.map(({ expression }) => expression).filter((expression) => !known[expression]);
const fresh = asked.length === 0 ? {} : askAnsible(asked);
const answers = filterCases.flatMap(({ expression }) => {
  const answer = fresh[expression] ?? known[expression];
  return answer ? [`${JSON.stringify(expression)}: ${JSON.stringify(answer)}`] : [];
});
writeFileSync(recordedFile, `{\n  ${answers.join(',\n  ')}\n}\n`);
process.stdout.write(`${asked.length} asked, ${answers.length} answers\n`);

function askAnsible(expressions: readonly string[]): Record<string, Answer> {
  const directory = mkdtempSync(join(tmpdir(), 'mooring-filters-'));
  try {
    const file = join(directory, 'answers');
    writeFileSync(join(directory, 'site.yml'), JSON.stringify([play(expressions, file)]));
    const env = { ...process.env, LC_ALL: 'C.UTF-8', TZ: 'UTC', ANSIBLE_LOCALHOST_WARNING: 'false' };
    const words = ['-i', 'localhost,', '-c', 'local', 'site.yml'];
    const ran = spawnSync('/usr/bin/ansible-playbook', words, { cwd: directory, env, encoding: 'utf8' });
    if (ran.status !== 0) throw new Error(ran.stdout.slice(-3000) + ran.stderr);
    const all: readonly string[] = JSON.parse(readFileSync(file, 'utf8').slice(1));
    return Object.fromEntries(expressions.map((expression, at) => [expression, answerOf(all[at] ?? '')]));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Each expression in a block of its own; a letter before JSON keeps Ansible from reading it. */
function play(expressions: readonly string[], file: string): Value {
  const tasks = expressions.map((expression, at) => ({
    block: [{ set_fact: { [`answer_${at}`]: `J{{ [${wrapped(expression)}] | to_json }}` } }],
    rescue: [{ set_fact: { [`answer_${at}`]: 'error' } }],
  }));
  const all = expressions.map((_, at) => `answer_${at}`).join(', ');
  const write = { copy: { content: `J{{ [${all}] | to_json }}`, dest: file } };
  return [{ hosts: 'localhost', gather_facts: false, vars: variables, tasks: [...tasks, write] }][0] as Value;
}

function wrapped(expression: string): string {
  return expression.replaceAll(
    /\b(ipaddr|ipv4|ipv6|ipwrap)\b(?=[^']*(?:'[^']*'[^']*)*$)/g,
    'ansible.utils.$1',
  );
}

function answerOf(text: string): Answer {
  return text === 'error' ? { error: true } : { value: JSON.parse(text.slice(1))[0] };
}
