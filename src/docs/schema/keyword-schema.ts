import { type JsonSchema, oneOrMore, orTemplate, template, text, variables } from './json-schema.ts';

const condition: JsonSchema = { type: ['string', 'boolean'] };

/** By the kinds of the tables that playbooks are read with. */
const kinds: Readonly<Record<string, JsonSchema>> = {
  text,
  boolean: orTemplate({ type: 'boolean' }),
  'plain-boolean': { type: 'boolean' },
  number: { anyOf: [{ type: 'number' }, { type: 'string', pattern: '\\{\\{|^\\s*\\d+(?:\\.\\d+)?\\s*$' }] },
  conditions: oneOrMore(condition),
  words: oneOrMore(text),
  names: oneOrMore(text),
  map: { type: ['object', 'null'] },
  environment: { anyOf: [{ type: 'object' }, { type: 'array', items: { type: 'object' } }, template] },
  loop: { anyOf: [{ type: 'array' }, template] },
  terms: { not: { type: 'null' } },
  variable: { type: 'string', pattern: '^[A-Za-z_]\\w*$' },
  sizes: oneOrMore({
    anyOf: [
      { type: 'integer', minimum: 0 },
      { type: 'string', pattern: '^\\d+(?:\\.\\d+)?%?$|\\{\\{' },
    ],
  }),
};

/**
 * What a keyword takes.
 *
 * @param kind as the tables of the loader say; anything goes where it is not known here
 */
export function keywordSchema(name: string, kind: string): JsonSchema {
  const schema = name === 'vars' ? variables : (kinds[kind] ?? {});
  const note = notes[name];
  return note === undefined ? schema : { description: note, ...schema };
}

/** Shown when the pointer rests on a keyword. */
const notes: Readonly<Record<string, string>> = {
  name: 'Said in the output; tasks and handlers are found by it.',
  vars: 'Variables for this level and what is inside it.',
  tags: 'Chosen by --tags and --skip-tags; joined with those of the levels around.',
  become: 'Whether to run as another user (root unless become_user says otherwise).',
  become_user: 'The user to become.',
  become_method: 'sudo or su.',
  connection: 'ssh or local.',
  remote_user: 'The user to log in as.',
  port: 'Port of the SSH server.',
  environment: 'Environment variables of what runs on the host.',
  no_log: 'Whether to show nothing of the task but its outcome.',
  run_once: 'Whether to run on the first host of the batch only; its result is that of all.',
  ignore_errors: 'Whether to go on after a failure.',
  ignore_unreachable: 'Whether to go on where the host cannot be reached.',
  check_mode: 'true: only say what would change; false: really run in check mode too.',
  diff: 'Whether to show differences.',
  any_errors_fatal: 'Whether a failure on one host ends the play on all.',
  throttle: 'At most so many hosts at a time.',
  timeout: 'Seconds a task may take.',
  module_defaults: 'Params for modules, by the name of the module.',
  when: 'A condition, without braces; all of a list and of the levels around must hold.',
  delegate_to: 'The host to do it on instead.',
  delegate_facts: 'Facts and variables that it sets are those of the host it is delegated to.',
  notify: 'Handlers to run where something was changed: names, or what they listen to.',
  loop: 'A list: the task is run for each item.',
  with_items: 'A list; lists in it are opened, one level deep.',
  with_list: 'A list, as it is; the same as loop.',
  with_flattened: 'Lists, opened at every depth.',
  with_dict: 'A mapping; each item has a key and a value.',
  with_indexed_items: 'A list; each item is its number, from 0, and the entry.',
  with_nested: 'Lists; each item is a combination of one entry of each.',
  with_cartesian: 'Lists; each item is a combination of one entry of each.',
  with_together: 'Lists; each item is made of the entries at the same place.',
  with_subelements:
    'A list of mappings, and the key of a list in each; items are pairs of mapping and entry.',
  with_sequence: 'Numbers: start=1 end=5 stride=2 format=host%02d, or count=4.',
  with_fileglob: 'Files of the control node that a pattern matches: its last part may hold * and ?.',
  with_random_choice: 'One entry of a list, by chance.',
  with_first_found: 'The first file of the control node that is there; or {files, paths, skip}.',
  loop_control: 'How the loop is run and shown.',
  register: 'The variable that gets the result.',
  until: 'A condition: the task is repeated until it holds.',
  retries: 'How often to repeat it at most.',
  delay: 'Seconds between two tries.',
  async: 'Seconds a command may take on the host; it goes on where contact is lost.',
  poll: 'Seconds between two looks at an async command (15); 0: start it and go on, see async_status.',
  changed_when: 'A condition that says whether something was changed.',
  failed_when: 'A condition that says whether it failed.',
  listen: 'Topics that notify this handler, besides its name.',
  user: 'Another word for remote_user.',
  collections: 'Does nothing: modules are found by their short names.',
  gather_subset: 'Does nothing: each fact is read when it is first used.',
  gather_timeout: 'Does nothing: each fact is read when it is first used.',
  hosts: 'A pattern: groups and hosts, a:b, a:&b, a:!b.',
  gather_facts: 'Whether facts are read at the beginning; else they are read when they are first used.',
  vars_files: 'Files of variables.',
  defaults_files: 'Files of variables that give way to every other source.',
  vars_prompt: 'Variables to ask for at the beginning.',
  pre_tasks: 'Tasks before the roles.',
  roles: 'Roles, before the tasks.',
  tasks: 'What to do, in this order.',
  post_tasks: 'Tasks after all others.',
  handlers: 'Tasks that run where others notify them.',
  serial:
    'Hosts at a time: a number, a percentage, or a list of them. Below the play, a failure stops it before the next ones.',
  max_fail_percentage: 'The play ends where more hosts of a batch have failed.',
  strategy:
    'linear: all hosts finish a task before the next; free: each as fast as it can; host_pinned: the same, for as many hosts as --forks says until they are done.',
  order: 'The order of the hosts.',
  force_handlers: 'Whether notified handlers run even after a failure.',
};
