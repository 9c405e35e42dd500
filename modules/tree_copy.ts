import { defineModule, type Plan, quoteWord, type Step } from '../src/module/index.ts';
import { missingFrom, readTree } from './lib/tree.ts';

export const treeCopy = defineModule({
  name: 'tree_copy',
  summary: 'Copy a directory tree from one host to another, streamed, only what is missing.',
  notes: [
    'Runs on the host that receives. The bytes pass through the control node and never lie on its disk. Nothing is ever removed.',
    'Files are told apart by size, small ones (4 KiB) also by checksum: made for registry storage, where larger files are named by their digest.',
  ],
  kind: 'state',
  scope: 'outside',
  params: {
    type: 'object',
    properties: {
      src: { type: 'string', format: 'path', description: 'Directory on the source host.' },
      src_host: {
        type: 'string',
        default: 'localhost',
        description: 'Inventory name of the source host; `localhost` = the control node.',
      },
      dest: { type: 'string', format: 'path', description: 'Directory on this host.' },
      owner: {
        type: 'string',
        pattern: '^[A-Za-z0-9_.-]+$',
        description: 'Owner of everything copied, name or number; default: the one who copies.',
      },
      group: { type: 'string', pattern: '^[A-Za-z0-9_.-]+$', description: 'Group of everything copied.' },
      timeout: { type: 'integer', minimum: 1, default: 86400, description: 'Seconds the copy may take.' },
    },
    required: ['src', 'dest'],
  },
  examples: `- name: Images of the old Harbor, on the share
  tree_copy:
    src_host: old-harbor
    src: /data/registry
    dest: /data/registry
    owner: "10000"
    group: "10000"`,
  returns: { files: 'how many files the source has', missing: 'how many of them were missing or different' },
  async read(host, params) {
    const [wanted, present] = await Promise.all([
      readTree(host.on(params.src_host), params.src),
      readTree(host, params.dest),
    ]);
    return { wanted, present: present ?? {} };
  },
  plan(params, current): Plan {
    if (!current.wanted)
      return { steps: [], failure: `there is no directory ${params.src} on ${params.src_host}` };
    const missing = missingFrom(current.wanted, current.present);
    const values = { files: Object.keys(current.wanted).length, missing: missing.length };
    return { steps: missing.length > 0 ? [copyStep(params, missing)] : [], values };
  },
});

interface CopyParams {
  readonly src: string;
  readonly src_host: string;
  readonly dest: string;
  readonly owner?: string;
  readonly group?: string;
  readonly timeout: number;
}

function copyStep(params: CopyParams, missing: readonly string[]): Step {
  const dest = quoteWord(params.dest);
  const owner = `${params.owner ?? ''}${params.group === undefined ? '' : `:${params.group}`}`;
  // The parents that tar makes along the way get the owner too, so it is set on the whole tree.
  const chown = owner === '' ? '' : ` && chown -R -h ${quoteWord(owner)} ${dest}`;
  return {
    kind: 'stream',
    summary: `copy ${missing.length} ${missing.length === 1 ? 'file' : 'files'} from ${params.src_host}:${params.src} to ${params.dest}`,
    from: {
      host: params.src_host,
      stage: [{ name: 'list', content: { text: `${missing.map((path) => `./${path}`).join('\n')}\n` } }],
      script: `tar -C ${quoteWord(params.src)} -cf - -T "$MOORING_STAGE/list"`,
    },
    to: { script: `mkdir -p ${dest} && tar -C ${dest} -xf -${chown}` },
    timeoutMs: params.timeout * 1000,
    diff: [{ header: params.dest, before: '', after: `${missing.slice(0, 100).join('\n')}\n` }],
  };
}
