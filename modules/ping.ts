import { defineModule } from '../src/module/index.ts';

export const ping = defineModule({
  name: 'ping',
  summary: 'Prove that a host can be reached and has a working shell.',
  kind: 'state',
  volatile: true,
  params: {
    type: 'object',
    properties: {
      data: { type: 'string', default: 'pong', description: 'Text to return.' },
    },
  },
  examples: '- ping:',
  returns: { ping: 'the value of `data`' },
  async read(host, params) {
    const reply = await host.run(['printf', '%s', params.data]);
    return { reply: reply.stdout };
  },
  plan(_params, current) {
    return { steps: [], values: { ping: current.reply } };
  },
});
