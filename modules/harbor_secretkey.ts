import { CommandError, defineModule, type Plan } from '../src/module/index.ts';
import { clientCall, identifier, loginParams } from './lib/mysql/client.ts';
import { type EncryptedValue, proveSecretkey, secretkeyFault } from './lib/secretkey.ts';

export const harborSecretkey = defineModule({
  name: 'harbor_secretkey',
  summary:
    'Prove that a secretkey belongs to the data of a Harbor 1.x database, before Harbor starts with it.',
  notes: [
    'Harbor started with a wrong secretkey says nothing and destroys settings: at its first boot it re-encrypts what it could only read as garbage. This module decrypts every encrypted value on the control node and fails unless all come out readable. It never changes anything.',
  ],
  kind: 'state',
  scope: 'outside',
  params: {
    type: 'object',
    properties: {
      secretkey: { type: 'string', writeOnly: true, description: 'The key, 16 bytes.' },
      confirmed: {
        type: 'boolean',
        default: false,
        description: 'Accept a key that cannot be proven because there is too little data.',
      },
      database: { type: 'string', default: 'registry', description: 'Name of the database.' },
      container: { type: 'string', description: 'Container on the host that runs the server.' },
      login_host: {
        type: 'string',
        description: 'Without a container: address of the server as seen from the host.',
      },
      ...loginParams,
    },
    required: ['secretkey'],
  },
  examples: `- name: The secretkey belongs to the imported data
  harbor_secretkey:
    secretkey: "{{ secretkey }}"
    container: mysql-server`,
  returns: {
    verdict: 'proven or unproven',
    values: 'how many encrypted values there are',
    bytes: 'how many bytes they hold',
  },
  async read(host, params) {
    const call = clientCall(params, 'mysql', ['-N', '-B']);
    const database = identifier(params.database);
    const sql = `SELECT CONCAT('properties.', k), v FROM ${database}.properties WHERE v LIKE '<enc-v1>%';
SELECT CONCAT('replication_target.', name), password FROM ${database}.replication_target WHERE password LIKE '<enc-v1>%';`;
    const needs = [...call.needs, { other: `database ${params.database}` }];
    const script = `${call.command} <<'MOORING_SQL'\n${sql}\nMOORING_SQL`;
    const reply = await host.script(script, { env: call.env, needs });
    if (reply.exitCode !== 0) throw new CommandError(`the database does not answer: ${reply.stderr.trim()}`);
    return { values: parseRows(reply.stdout) };
  },
  plan(params, current): Plan {
    const fault = secretkeyFault(params.secretkey);
    if (fault) return { steps: [], failure: fault };
    const proof = proveSecretkey(params.secretkey, current.values);
    if (proof.verdict === 'wrong') {
      const places = proof.places.join(', ');
      return {
        steps: [],
        failure: `this secretkey does not belong to the data: ${places} decrypt to garbage. Use the secretkey of the Harbor the dump came from`,
      };
    }
    const values = { verdict: proof.verdict, values: current.values.length, bytes: proof.bytes };
    if (proof.verdict === 'proven' || params.confirmed) return { steps: [], values };
    return {
      steps: [],
      values,
      failure: `the secretkey cannot be proven: the data holds only ${proof.bytes} encrypted bytes. If it is the key of the Harbor the data came from, set \`confirmed: true\` (the playbooks: \`secretkey_confirmed: true\`)`,
    };
  },
});

function parseRows(text: string): readonly EncryptedValue[] {
  return text
    .split('\n')
    .map((line) => line.split('\t'))
    .flatMap(([place, value]) => (place && value ? [{ place, value }] : []));
}
