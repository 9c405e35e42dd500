import { defineModule } from '../src/module/index.ts';

export const harborReplication = defineModule({
  name: 'harbor_replication',
  summary: 'Have one replication rule on one Harbor, with its endpoint.',
  notes: ['Needs a running Harbor that answers at `url`.'],
  kind: 'action',
  scope: 'outside',
  volatile: true,
  params: {
    type: 'object',
    properties: {
      url: {
        type: 'string',
        description: 'Base URL of the Harbor that holds the rule, e.g. `https://a.example.com`.',
      },
      username: {
        type: 'string',
        default: 'admin',
        description: 'User of that Harbor, a system administrator.',
      },
      password: { type: 'string', writeOnly: true, description: 'Password of that user.' },
      validate_certs: { type: 'boolean', default: true, description: 'Verify the certificate.' },
      ca: { type: 'string', description: 'PEM text of the CA to trust.' },
      via: {
        type: 'string',
        enum: ['host', 'direct'],
        default: 'host',
        description: 'Reach Harbor through the host, or from the control node.',
      },
      name: { type: 'string', description: 'Name of the rule.' },
      remote: {
        type: 'object',
        additionalProperties: false,
        description: 'The other Harbor.',
        properties: {
          name: { type: 'string', description: 'Name of the endpoint.' },
          url: { type: 'string', description: 'Its base URL.' },
          username: { type: 'string', description: 'User there.' },
          password: { type: 'string', writeOnly: true, description: 'Password there.' },
          insecure: { type: 'boolean', default: false, description: 'Do not verify its certificate.' },
        },
        required: ['name', 'url'],
      },
      projects: { type: 'array', items: { type: 'string' }, description: 'Projects to replicate.' },
      trigger: {
        type: 'string',
        enum: ['immediate', 'scheduled', 'manual'],
        default: 'immediate',
        description: 'When to replicate.',
      },
      replicate_deletion: {
        type: 'boolean',
        default: false,
        description: 'Delete there what is deleted here.',
      },
      state: {
        type: 'string',
        enum: ['present', 'absent'],
        default: 'present',
        description: 'Whether it must be there.',
      },
    },
    required: ['url', 'password', 'name'],
  },
  examples: `- name: Everything in "example" goes to b at once
  harbor_replication:
    url: https://a.example.com
    password: "{{ harbor_admin_password }}"
    name: example-to-b
    remote:
      name: b
      url: https://b.example.com
      username: admin
      password: "{{ harbor_admin_password }}"
    projects: [example]
    replicate_deletion: true`,
  async read(host, params) {
    const url = `${params.url.replace(/\/+$/, '')}/api/systeminfo`;
    try {
      const reply = await host.request({
        method: 'GET',
        url,
        via: params.via,
        validateCerts: params.validate_certs,
        ...(params.ca === undefined ? {} : { ca: params.ca }),
      });
      return { problem: reply.status === 200 ? undefined : `GET ${url} answered ${reply.status}` };
    } catch (error) {
      return { problem: error instanceof Error ? error.message : String(error) };
    }
  },
  plan(params, current) {
    const failure = current.problem
      ? `needs a running Harbor at ${params.url}: ${current.problem}`
      : 'this version knows only the schema of harbor_replication; rules are not written yet';
    return { steps: [], failure };
  },
});
