import { posix } from 'node:path';
import { defineModule, type HostAccess, ParamsError, type ValueMap } from '../src/module/index.ts';

export const includeVars = defineModule({
  name: 'include_vars',
  summary: 'Load variables from YAML or JSON files while the play runs.',
  notes: [
    'Files encrypted with a vault password are opened. Of a directory, files are read in the order of their names; later ones win.',
  ],
  kind: 'state',
  scope: 'outside',
  local: true,
  freeForm: 'file',
  params: {
    type: 'object',
    properties: {
      file: {
        type: 'string',
        format: 'local-file',
        description: 'File on the control node; also looked for in `vars/`.',
      },
      dir: {
        type: 'string',
        format: 'local-file',
        description: 'Directory on the control node whose files are all read; instead of `file`.',
      },
      name: {
        type: 'string',
        description: 'Variable to put all of them into, as a mapping; otherwise each becomes a variable.',
      },
      depth: {
        type: 'integer',
        default: 0,
        minimum: 0,
        description: 'How many levels of `dir` to read; 0 = all.',
      },
      extensions: {
        type: 'array',
        items: { type: 'string' },
        default: ['json', 'yaml', 'yml'],
        description: 'Ends of names, without the dot, of the files of `dir` to read.',
      },
      ignore_files: {
        type: 'array',
        items: { type: 'string' },
        default: [],
        description: 'Names of files of `dir` to leave out.',
      },
    },
  },
  examples: `
- include_vars: harbor-{{ harbor_version }}.yml
- include_vars:
    dir: vars/sites
    name: sites
`,
  returns: {
    ansible_facts: 'the variables',
    ansible_included_var_files: 'absolute paths of the files read',
  },
  async read(host, params) {
    const files = await filesToRead(host, params);
    const loaded = await Promise.all(files.map((file) => host.localVars(file)));
    return { files, values: Object.assign({}, ...loaded) as ValueMap };
  },
  plan(params, current) {
    const values = params.name === undefined ? current.values : { [params.name]: current.values };
    return {
      steps: [],
      effects: [{ kind: 'include_vars', values }],
      values: { ansible_facts: values, ansible_included_var_files: current.files },
    };
  },
});

interface Selection {
  readonly file?: string | undefined;
  readonly dir?: string | undefined;
  readonly depth: number;
  readonly extensions: readonly string[];
  readonly ignore_files: readonly string[];
}

async function filesToRead(host: HostAccess, params: Selection): Promise<string[]> {
  if ((params.file === undefined) === (params.dir === undefined)) {
    throw new ParamsError('give exactly one of file and dir');
  }
  if (params.file !== undefined) return [params.file];
  const directory = await host.local(params.dir ?? '');
  if (directory.type !== 'directory') throw new ParamsError(`${directory.path} is not a directory`);
  return directory.entries
    .filter((entry) => entry.type === 'file' && isSelected(entry.path, params))
    .map((entry) => posix.join(directory.path, entry.path))
    .sort();
}

function isSelected(path: string, params: Selection): boolean {
  const name = posix.basename(path);
  const level = path.split('/').length;
  return (
    params.extensions.includes(posix.extname(name).slice(1)) &&
    !params.ignore_files.includes(name) &&
    (params.depth === 0 || level <= params.depth)
  );
}
