/** Params that import_role and include_role share. */
export const roleFileParams = {
  name: { type: 'string', description: 'Name of the role.' },
  tasks_from: { type: 'string', default: 'main', description: 'File of its `tasks/` to run.' },
  vars_from: { type: 'string', default: 'main', description: 'File of its `vars/` to read.' },
  defaults_from: { type: 'string', default: 'main', description: 'File of its `defaults/` to read.' },
  handlers_from: { type: 'string', default: 'main', description: 'File of its `handlers/` to read.' },
  rolespec_validate: {
    type: 'boolean',
    default: true,
    description: 'Whether its variables are held against its argument specs.',
  },
} as const;
