import type { ParamsOf } from '../../../src/module/index.ts';
import type { DesiredClient } from './edit.ts';
import { splitOptions } from './options.ts';

export const exportsParams = {
  type: 'object',
  required: ['path'],
  properties: {
    path: { type: 'string', pattern: '^/', description: 'Directory to export, absolute.' },
    clients: {
      type: 'array',
      minItems: 1,
      items: {
        type: ['string', 'object'],
        required: ['host'],
        additionalProperties: false,
        properties: {
          host: { type: 'string', minLength: 1 },
          options: { type: ['string', 'array'], items: { type: 'string' } },
        },
      },
      description:
        'Who may mount it: `{host, options}`, or the short form `192.168.1.5(rw,sync)`. Exactly these; others are taken off. Needed for state present.',
    },
    options: {
      type: ['string', 'array'],
      items: { type: 'string' },
      default: [],
      description: 'Options of clients that have none of their own, e.g. `rw,sync,no_subtree_check`.',
    },
    state: {
      enum: ['present', 'absent'],
      default: 'present',
      description: '`absent` ends the export; the data stays.',
    },
    comment: {
      type: 'string',
      pattern: '^[^\\n]*$',
      description: 'Text behind the line; default: what is there is kept.',
    },
    allow_insecure: {
      type: 'boolean',
      default: false,
      description: 'Permit `no_root_squash` for the whole world.',
    },
    file: { type: 'string', default: '/etc/exports', description: 'File to keep the line in.' },
    backup: { type: 'boolean', default: false, description: 'Keep the old file beside the new one.' },
  },
} as const;

export type ExportsParams = ParamsOf<typeof exportsParams>;

/** The clients, in both forms, with the common options for those that have none. */
export function desiredClients(params: ExportsParams): DesiredClient[] {
  const common = listOf(params.options);
  return (params.clients ?? []).map((client) => {
    const { host, options } = typeof client === 'string' ? shortForm(client) : client;
    return { host, options: options === undefined ? common : listOf(options) };
  });
}

function shortForm(text: string): { host: string; options?: string } {
  const match = /^([^()\s]*)\(([^()]*)\)$/.exec(text.trim());
  return match ? { host: match[1] || '*', options: match[2] ?? '' } : { host: text.trim() };
}

function listOf(options: string | readonly string[]): string[] {
  return typeof options === 'string' ? splitOptions(options) : options.flatMap(splitOptions);
}
