import { defineModule } from '../src/module/index.ts';
import { fileValues, planCopy } from './lib/file-copy.ts';
import { readSingle, writeParams, writeReturns } from './lib/file-destination.ts';
import { expandHome, nameOf } from './lib/paths.ts';
import { sha256 } from './lib/text.ts';

const lineEnds = { '\\n': '\n', '\\r': '\r', '\\r\\n': '\r\n' } as const;

export const template = defineModule({
  name: 'template',
  summary: 'Render a template of the control node and write it to the host.',
  notes: [
    'Templates are Handlebars: `{{ name }}`, `{{#each list}}`, `{{#if x}}`; nothing is escaped, and an undefined name is an error.',
    'A symbolic link at `dest` is replaced by the file unless `follow: true`.',
  ],
  kind: 'state',
  params: {
    type: 'object',
    required: ['src', 'dest'],
    properties: {
      src: {
        type: 'string',
        format: 'local-template',
        description: 'Template on the control node; also looked for in `templates/`.',
      },
      dest: {
        type: 'string',
        format: 'path',
        description:
          'Path on the host. A directory that exists, or a name ending in `/`, gets the file put into it.',
      },
      newline_sequence: {
        type: 'string',
        enum: ['\\n', '\\r', '\\r\\n', '\n', '\r', '\r\n'],
        default: '\n',
        description: 'How lines of the written file end.',
      },
      ...writeParams,
    },
  },
  examples: `
- name: Configure nginx
  template:
    src: nginx.conf.hbs
    dest: /etc/nginx/nginx.conf
    mode: '0644'
    validate: nginx -t -c %s
  notify: reload nginx
`,
  returns: writeReturns,
  async read(host, params) {
    const [local, rendered, dest] = await Promise.all([
      host.local(params.src, 'templates'),
      host.renderTemplate(params.src),
      expandHome(host, params.dest),
    ]);
    const text = rendered.replaceAll(/\r\n|\n/g, lineEnd(params.newline_sequence));
    const wanted = {
      type: 'file',
      source: { text },
      checksum: sha256(text),
      size: Buffer.byteLength(text),
      sourceMode: local.mode,
    } as const;
    const name = nameOf(params.src);
    return { ...(await readSingle(host, { dest, follow: params.follow }, wanted, name)), src: local.path };
  },
  plan(params, current) {
    if (current.problem !== undefined) return { steps: [], failure: current.problem };
    return planCopy(params, current.entries);
  },
  result({ params, current, outcomes }) {
    const file = current.entries.find((entry) => entry.type === 'file');
    return { src: current.src, ...(file ? fileValues(params, file, outcomes) : { dest: current.dest }) };
  },
});

/** YAML may hand over the two characters `\n` or the line end itself. */
function lineEnd(name: string): string {
  return Object.entries(lineEnds).find(([escaped]) => escaped === name)?.[1] ?? name;
}
