import { defineModule } from '../src/module/index.ts';
import { expandHome } from './lib/paths.ts';

export const slurp = defineModule({
  name: 'slurp',
  summary: 'Read a file of the host into a variable, Base64-encoded.',
  notes: ['Files over 10 MiB are refused: use `fetch` for them.'],
  kind: 'state',
  params: {
    type: 'object',
    properties: {
      src: { type: 'string', format: 'path', description: 'Path on the host.' },
      path: { type: 'string', format: 'path', description: 'Another name of `src`.' },
    },
  },
  examples: `
- slurp:
    src: /data/secretkey
  register: secretkey
  no_log: true
`,
  returns: { content: 'the bytes, Base64', encoding: 'always `base64`', source: 'the path' },
  async read(host, params) {
    const source = await expandHome(host, params.src ?? params.path ?? '');
    const content = source === '' ? undefined : await host.content(source);
    return { source, ...(content === undefined ? {} : { content: content.toString('base64') }) };
  },
  plan(_params, current) {
    const { source, content } = current;
    if (source === '') return { steps: [], failure: '"src" is required' };
    if (content === undefined) return { steps: [], failure: `file not found: ${source}` };
    return { steps: [], values: { content, encoding: 'base64', source } };
  },
});
