/** What `mooring run` warns of as well, with a sentence each; the names are the codes of the faults. */
export const runWarnings: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'bare-word-loop': 'A with_ loop stands over one word, which is taken as text, not as a variable.',
    'big-integer': 'A whole number too big to be kept exactly is taken as text.',
    'boolean-word':
      'yes, no, on and off are text in YAML 1.2; where true or false is wanted they are understood.',
    'empty-pattern': 'A host pattern matches no host.',
    'group-and-host': 'A host and a group have the same name.',
    'ignored-vars': 'A file of variables is not read, because another of the same name is there.',
    'ini-comment':
      'The rest of a line of an INI inventory is a comment, though it may not have been meant as one.',
    'leading-zero': 'A number with a leading zero is decimal here and octal in YAML 1.1.',
    'loop-variable-in-use': 'Two loops, one inside the other, have the same name for their item.',
    'missing-file': 'A file that a param names is not there, unless an earlier task makes it.',
    'no-effect': 'A keyword of Ansible that does nothing here, or nothing where it stands.',
    'poll-alone': 'poll says nothing without async.',
    'undefined-variable': 'A variable may not be defined, or not on all hosts.',
    'unknown-host': 'A host is not in the inventory, unless an earlier task adds it.',
    'unknown-host-pattern':
      'A pattern names hosts or groups the inventory does not have, unless an earlier task adds them.',
    'unknown-keyword':
      'A key of an inventory or of a role entry that is taken for a variable and looks like a keyword.',
    'unknown-tag': 'A tag of the command line is on no task that is known before the run.',
    'unknown-task': 'No task that is known before the run has the name given with --start-at-task.',
    'unused-variable': 'Nothing uses a variable whose name is close to one that is used.',
    'unused-vars': 'A file of variables belongs to no group or host of the inventory.',
  }),
);
