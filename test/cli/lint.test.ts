import { relative } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { compileSchema } from '../../src/util/schema.ts';
import { writeFiles } from '../load/temporary-files.ts';
import { localHosts, mooring } from './mooring.ts';

const directory = writeFiles({
  'hosts.yml': localHosts,
  'good.yml': '- hosts: web\n  tasks:\n    - name: well\n      ping:\n',
  'warned.yml': '- hosts: web\n  tasks:\n    - ping:\n    - {name: x, command: date, changed_when: false}\n',
  'wrong.yml': '- hosts: web\n  tasks:\n    - pign:\n    - ping:\n',
  'unknown.yml': '- hosts: nobody\n  tasks:\n    - {name: says, debug: {msg: "{{ set_there }}"}}\n',
  'secret.yml': '- hosts: web\n  tasks:\n    - {name: a, command: "x --password=hunter22"}\n',
});

const lint = (name: string, ...words: readonly string[]) =>
  mooring('lint', `${directory}/${name}`, '-i', `${directory}/hosts.yml`, ...words);

describe('the exit code', () => {
  it.each([
    ['good.yml', [], 0],
    ['warned.yml', [], 0],
    ['warned.yml', ['--strict'], 1],
    ['warned.yml', ['--strict', '--skip-rule', 'unnamed-task,unused-register'], 0],
    ['wrong.yml', [], 1],
  ])('of %s with %j is %i', async (name, words, code) => {
    expect((await lint(name, ...words)).code).toBe(code);
  });
});

test('warnings have their place, the line, the way out and the name of the rule', async () => {
  const { stderr, stdout } = await lint('warned.yml');
  expect(stdout).toBe('');
  expect(stderr).toContain(
    `${directory}/warned.yml:3:7: warning: this task (ping) has no name [unnamed-task]\n`,
  );
  expect(stderr).toContain('    - ping:\n');
  expect(stderr).toMatch(/1 warning\n$/);
});

test('a rule that does not exist is a wrong command line', async () => {
  const { code, stderr } = await lint('good.yml', '--skip-rule', 'unamed-task');
  expect({ code, stderr }).toMatchObject({
    code: 5,
    stderr: expect.stringContaining('there is no rule "unamed-task"; did you mean "unnamed-task"?'),
  });
});

test('an error is not skipped: run would not begin', async () => {
  const { code, stderr } = await lint('wrong.yml', '--skip-rule', 'unknown-host,unnamed-task');
  expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('[unknown-module]') });
});

test('without an inventory nothing is said of hosts and what they may define', async () => {
  const { code, stderr } = await mooring('lint', `${directory}/unknown.yml`);
  expect({ code, stderr }).toEqual({ code: 0, stderr: `${directory}/unknown.yml: nothing wrong\n` });
  const named = await lint('unknown.yml');
  expect(named.stderr).toContain('[unknown-host-pattern]');
});

test('--output json has a line for each fault and one for the whole', async () => {
  const { stdout, stderr, code } = await lint('warned.yml', '--output', 'json', '--strict');
  expect({ stderr, code }).toEqual({ stderr: '', code: 1 });
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines).toMatchObject([
    {
      event: 'fault',
      severity: 'warning',
      code: 'unnamed-task',
      position: { file: `${directory}/warned.yml`, line: 3, col: 7 },
    },
    { event: 'summary', errors: 0, warnings: 1, exitCode: 1 },
  ]);
});

test('--output sarif is a log of version 2.1.0 with rules and places', async () => {
  const { stdout } = await lint('wrong.yml', '--output', 'sarif');
  const log = JSON.parse(stdout);
  expect(log).toMatchObject({ version: '2.1.0', runs: [{ tool: { driver: { name: 'Mooring' } } }] });
  const { rules } = log.runs[0].tool.driver;
  expect(rules.map((rule: { id: string }) => rule.id)).toEqual(['unknown-module', 'unnamed-task']);
  expect(log.runs[0].results).toMatchObject([
    {
      ruleId: 'unknown-module',
      ruleIndex: 0,
      level: 'error',
      message: { text: 'unknown module "pign" (did you mean "ping"?)' },
      locations: [{ physicalLocation: { region: { startLine: 3, startColumn: 7 } } }],
    },
    { ruleId: 'unnamed-task', ruleIndex: 1, level: 'warning' },
  ]);
});

/** What the specification of SARIF 2.1.0 wants of the parts that are written, and nothing else. */
const text = {
  type: 'object',
  required: ['text'],
  additionalProperties: false,
  properties: { text: { type: 'string' } },
};
const place = (properties: object, required: readonly string[]) => ({
  type: 'object',
  required,
  additionalProperties: false,
  properties,
});
const oneBased = { type: 'integer', minimum: 1 };
const uri = { type: 'string', pattern: '^[A-Za-z0-9%._~:/-]+$' };
const sarif = place(
  {
    $schema: { type: 'string' },
    version: { const: '2.1.0' },
    runs: {
      type: 'array',
      minItems: 1,
      items: place(
        {
          tool: place(
            {
              driver: place(
                {
                  name: { type: 'string' },
                  semanticVersion: { type: 'string' },
                  rules: {
                    type: 'array',
                    uniqueItems: true,
                    items: place({ id: { type: 'string' }, shortDescription: text }, ['id']),
                  },
                },
                ['name'],
              ),
            },
            ['driver'],
          ),
          columnKind: { enum: ['utf16CodeUnits', 'unicodeCodePoints'] },
          originalUriBaseIds: { type: 'object', additionalProperties: place({ uri }, ['uri']) },
          results: {
            type: 'array',
            items: place(
              {
                ruleId: { type: 'string' },
                ruleIndex: { type: 'integer', minimum: 0 },
                level: { enum: ['none', 'note', 'warning', 'error'] },
                message: text,
                locations: {
                  type: 'array',
                  items: place(
                    {
                      physicalLocation: place(
                        {
                          artifactLocation: place({ uri, uriBaseId: { type: 'string' } }, ['uri']),
                          region: place({ startLine: oneBased, startColumn: oneBased }, ['startLine']),
                        },
                        ['artifactLocation'],
                      ),
                    },
                    ['physicalLocation'],
                  ),
                },
              },
              ['message'],
            ),
          },
        },
        ['tool'],
      ),
    },
  },
  ['version', 'runs'],
);

test.each(['wrong.yml', 'warned.yml', 'good.yml', 'secret.yml'])(
  '--output sarif of %s has the shape of the specification',
  async (name) => {
    const { stdout } = await lint(name, '--output', 'sarif');
    expect(compileSchema(sarif).validate(JSON.parse(stdout))).toEqual([]);
  },
);

describe("the project's own playbooks", () => {
  const root = relative(process.cwd(), new URL('../..', import.meta.url).pathname) || '.';
  it.each([
    ['shared-storage', 'lab'],
    ['verify-shared-storage', 'lab'],
    ['shared-storage', 'example-site'],
    ['dual-master', 'lab-dual-master'],
    ['verify-dual-master', 'lab-dual-master'],
    ['reconcile', 'lab-dual-master'],
  ])('%s with the inventory %s has no warning', async (playbook, inventory) => {
    const words = [`${root}/playbooks/${playbook}.yml`, '-i', `${root}/inventories/${inventory}`, '--strict'];
    expect(await mooring('lint', ...words)).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('nothing wrong'),
    });
  });
});
