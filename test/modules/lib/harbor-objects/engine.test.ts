// The modules under the real engine: check mode, what is written on the control node, what is shown.

import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runYaml, type YamlRun } from '../../../engine/run-yaml.ts';
import { lab, PASSWORD } from '../../../harbor2-stand-in/support/harbors.ts';

const { start } = lab();
let directory: string;
let url: string;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'mooring-hashes-'));
  url = (await start()).url;
});
afterEach(() => rmSync(directory, { recursive: true }));

/** Users, a robot and a setting on each of two hosts, all of one Harbor, the hosts at the same time. */
function run(check = false): Promise<YamlRun> {
  const login = `url: ${url}, password: ${PASSWORD}, via: direct`;
  const common = `${login}, hashes_file: '${directory}/{{ inventory_hostname }}.yml'`;
  const text = `
- hosts: all
  gather_facts: false
  tasks:
    - name: user
      harbor_user: {${common}, name: '{{ inventory_hostname }}', email: '{{ inventory_hostname }}@example.com', user_password: Secret12345}
    - name: robot
      harbor_robot: {${common}, name: '{{ inventory_hostname }}', secret: Robot12345, permissions: [{namespace: '*', access: ['repository:pull']}]}
    - name: setting
      run_once: true
      harbor_config: {${common}, settings: {token_expiration: 60, oidc_client_secret: Oidc12345}}
`;
  return runYaml(text, { hosts: ['h1', 'h2'], check, diff: true, speculate: true });
}

test('check mode shows what would change and writes nothing', async () => {
  const { recap, exitCode } = await run(true);
  expect(exitCode).toBe(0);
  expect(recap('h1')).toContain('changed=3');
  expect(readdirSync(directory)).toEqual([]);
  expect((await run()).recap('h1')).toContain('changed=3');
});

test('a second run changes nothing; hashes are for their owner alone', async () => {
  expect((await run()).recap('h2')).toContain('changed=2');
  expect(readdirSync(directory)).toEqual(['h1.yml', 'h2.yml']);
  for (const name of readdirSync(directory)) {
    const path = join(directory, name);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readFileSync(path, 'utf8')).toContain(`robots:\n      robot$${name.replace('.yml', '')}:`);
  }
  const { outcomes } = await run();
  expect(outcomes.filter((line) => !line.endsWith(': ok'))).toEqual([]);
});

test('no secret is in what happens, nor in the files', async () => {
  const secrets = /Secret12345|Robot12345|Oidc12345|Harbor12345/;
  const runs = [await run(true), await run(), await run()];
  expect(JSON.stringify(runs.map(({ events }) => events))).not.toMatch(secrets);
  for (const name of readdirSync(directory)) {
    expect(readFileSync(join(directory, name), 'utf8')).not.toMatch(secrets);
  }
});
