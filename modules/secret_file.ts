import { defineModule, ParamsError, Unknown, type Value, type ValueMap } from '../src/module/index.ts';
import { secretsToMake, variablesOf, type WantedSecret } from './lib/secret-plan.ts';

export const secretFile = defineModule({
  name: 'secret_file',
  summary:
    'Have secrets in an Ansible-Vault-format file on the control node, made once, and set them as variables.',
  notes: [
    'What is in the file is kept; only what is missing is made, with the random source of the control node (certificates with openssl there). The file is encrypted with the vault password of the run and readable by its owner alone.',
    'A certificate is made anew when it expires within 30 days, lacks one of its `names`, or its authority was made anew.',
    'Use `run_once: true`: the variables are set on every host of the batch.',
  ],
  kind: 'state',
  local: true,
  params: {
    type: 'object',
    properties: {
      path: {
        type: 'string',
        description: 'The file; usually `{{ inventory_dir }}/group_vars/all/secrets.yml`.',
      },
      secrets: {
        type: 'object',
        description: 'Variable name → what to make where it is missing.',
        additionalProperties: {
          type: 'object',
          additionalProperties: false,
          properties: {
            type: {
              type: 'string',
              enum: ['password', 'certificate', 'authority'],
              description: '`password`; `certificate` and `authority` also set NAME_key. Default password.',
            },
            length: {
              type: 'integer',
              minimum: 8,
              maximum: 256,
              description: 'Characters of a password; default 24.',
            },
            characters: {
              type: 'string',
              minLength: 2,
              description: 'To draw from; default letters and digits.',
            },
            subject: {
              type: 'string',
              pattern: '^[^\\n]+$',
              description: 'Common name; default: the variable’s name.',
            },
            names: {
              type: 'array',
              items: { type: 'string' },
              description: 'DNS names and IP addresses of a certificate.',
            },
            days: { type: 'integer', minimum: 31, description: 'Validity in days; default 3650.' },
            bits: { type: 'integer', enum: [2048, 3072, 4096], description: 'RSA key size; default 2048.' },
            signed_by: {
              type: 'string',
              description: 'Name of an `authority` in the same file; default: signed by itself.',
            },
          },
        },
      },
    },
    required: ['path', 'secrets'],
  },
  examples: `- name: Secrets of the site, made once
  secret_file:
    path: "{{ inventory_dir }}/group_vars/all/secrets.yml"
    secrets:
      database_password: {}
      secretkey: {length: 16}
      site_ca: {type: authority, subject: Site CA}
      site_certificate:
        type: certificate
        signed_by: site_ca
        names: ["{{ harbor_hostname }}"]
  run_once: true`,
  returns: { made: 'name → why it was made' },
  async read(host, params) {
    return { values: await valuesOf(() => host.localVars(params.path)), now: host.now };
  },
  plan(params, current) {
    const wanted = params.secrets as Readonly<Record<string, WantedSecret>>;
    const toMake = secretsToMake(wanted, current.values, current.now);
    const making = new Set(
      toMake.flatMap(({ request }) => variablesOf(request.name, wanted[request.name] ?? {})),
    );
    const names = Object.entries(wanted).flatMap(([name, secret]) => variablesOf(name, secret));
    const facts: ValueMap = Object.fromEntries(
      names.map((name) => [
        name,
        making.has(name) ? new Unknown(`${name} is made by the real run`) : (current.values[name] ?? null),
      ]),
    );
    const made = Object.fromEntries(toMake.map(({ request, why }) => [request.name, why]));
    const effects = [{ kind: 'set_facts', facts, secret: true }] as const;
    if (toMake.length === 0) return { steps: [], effects, values: { made } };
    const summary = `make ${toMake.map(({ request, why }) => `${request.name} (${why})`).join(', ')} in ${params.path}`;
    const step = {
      kind: 'secrets',
      summary,
      localPath: params.path,
      make: toMake.map(({ request }) => request),
    } as const;
    return { steps: [step], replan: true, effects, values: { made } };
  },
});

/** A file that is not there yet is an empty one. */
async function valuesOf(load: () => Promise<{ readonly [name: string]: Value }>): Promise<ValueMap> {
  try {
    return await load();
  } catch (error) {
    if (error instanceof ParamsError) return {};
    throw error;
  }
}
