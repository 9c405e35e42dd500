// The modules against the stand-in of Harbor 1.5, which answers as the real one was recorded to.

import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { harborConfig } from '../../../../modules/harbor_config.ts';
import { harborProject } from '../../../../modules/harbor_project.ts';
import { harborRobot } from '../../../../modules/harbor_robot.ts';
import { harborUser } from '../../../../modules/harbor_user.ts';
import type { Module } from '../../../../src/module/index.ts';
import { push } from '../../../harbor-stand-in/support/images.ts';
import { fixture, type Node, World } from '../../../harbor-stand-in/support/world.ts';
import { type Asked, standIn } from '../harbor/support.ts';
import { type Ended, runTask, type Site, siteOf } from './site.ts';

const login = { url: 'http://127.0.2.1', password: 'Harbor12345' };
const ci = { name: 'ci', email: 'ci@example.com', user_password: 'Secret12345' };

let world: World;
let a: Node;
let asked: Asked;
let site: Site;

beforeEach(async () => {
  world = new World();
  a = await world.start('127.0.2.1', fixture('registry.fresh.dump.sql'));
  asked = standIn(a);
  site = siteOf(asked.host);
});
afterEach(() => {
  world.stop();
  site.remove();
});

function run(module: Module, params: object): Promise<Ended> {
  return runTask(module, { ...login, ...params }, site);
}

/** Runs a task that changes something, and again, when it must not. */
async function runTwice(module: Module, params: object): Promise<readonly string[]> {
  const first = await run(module, params);
  expect(first.failure).toBeUndefined();
  expect(await run(module, params)).toMatchObject({ done: [] });
  expect((await run(module, params)).failure).toBeUndefined();
  return first.done;
}

/** Requests so far that were no reads. */
function changes(): string[] {
  return asked.asked.filter((line) => !line.startsWith('GET '));
}

describe('harbor_project', () => {
  test('makes a project with its settings and members, once', async () => {
    await run(harborUser, ci);
    const params = {
      name: 'example',
      public: true,
      severity: 'high',
      scan_on_push: true,
      members: [{ name: 'ci', role: 'guest' }],
    };
    expect(await runTwice(harborProject, params)).toEqual([
      'create project example',
      'make user ci a guest of project example',
    ]);
  });

  test('changes only what is given', async () => {
    await run(harborProject, { name: 'example', public: true, severity: 'low' });
    expect(await runTwice(harborProject, { name: 'example', severity: 'high', content_trust: true })).toEqual(
      ['change content_trust, severity of project example'],
    );
    expect(await run(harborProject, { name: 'example', public: true })).toMatchObject({ done: [] });
  });

  test('takes out members, but not who asks', async () => {
    await run(harborUser, ci);
    await run(harborUser, { ...ci, name: 'dev', email: 'dev@example.com' });
    await run(harborProject, { name: 'example', members: [{ name: 'ci' }, { name: 'dev' }] });
    const params = { name: 'example', members: [{ name: 'ci', role: 'guest' }], purge_members: true };
    expect(await runTwice(harborProject, params)).toEqual([
      'change user ci from developer to guest in project example',
      'take user dev out of project example',
    ]);
  });

  test('removes an empty project, and none with repositories', async () => {
    await run(harborProject, { name: 'example' });
    push(a, 'example/app', 'app1');
    await world.settle();
    const sent = changes().length;
    expect((await run(harborProject, { name: 'example', state: 'absent' })).failure).toBe(
      'project example is not empty: it holds 1 repository. Remove them first',
    );
    expect(changes()).toHaveLength(sent);
    await run(harborProject, { name: 'empty' });
    expect(await runTwice(harborProject, { name: 'empty', state: 'absent' })).toEqual([
      'remove project empty',
    ]);
  });

  test('says what Harbor said of a member that it does not know', async () => {
    const ended = await run(harborProject, { name: 'example', members: [{ name: 'nobody' }] });
    expect(ended.failure).toContain('answered 404: Failed to add project member, error: User does not exist');
  });
});

describe('harbor_user', () => {
  test('makes a user, proves its password and keeps a hash that others cannot read', async () => {
    expect(await runTwice(harborUser, { ...ci, administrator: true, comment: 'builds' })).toEqual([
      'create user ci',
      'make user ci an administrator',
      'keep the salted hash of ci in /.harbor-hashes/node1.yml',
    ]);
    expect(site.hashes()).toMatch(
      /^# .*\nharbor_hashes:\n {2}http:\/\/127\.0\.2\.1:\n {4}users:\n {6}ci:\n {8}id: \d+\n {8}hash: scrypt:/,
    );
    expect(site.hashes()).not.toContain('Secret12345');
    expect(statSync(join(site.directory, '.harbor-hashes/node1.yml')).mode & 0o777).toBe(0o600);
  });

  test('tries a password that it does not know once, and records it where it fits', async () => {
    await run(harborUser, { ...ci, update_password: 'on_create' });
    expect(site.hashes()).toBe('');
    expect(await runTwice(harborUser, ci)).toEqual([
      'keep the salted hash of ci in /.harbor-hashes/node1.yml',
    ]);
  });

  test('changes a password with the old one', async () => {
    await run(harborUser, ci);
    const params = { ...ci, user_password: 'Another12345', old_password: 'Secret12345' };
    expect(await runTwice(harborUser, params)).toEqual([
      'set the password of user ci',
      'keep the salted hash of ci in /.harbor-hashes/node1.yml',
    ]);
    const asUser = { ...login, username: 'ci', password: 'Another12345', name: 'own' };
    expect(await runTask(harborProject, asUser, site)).toMatchObject({ done: ['create project own'] });
  });

  test('changes nothing where 1.5 needs the old password', async () => {
    await run(harborUser, ci);
    const sent = changes().length;
    const ended = await run(harborUser, { ...ci, real_name: 'Builds', user_password: 'Another12345' });
    expect(ended.failure).toContain('only with the old one: give old_password');
    expect(changes()).toHaveLength(sent);
  });

  test('does not trust the record of a user that was made anew', async () => {
    await run(harborUser, ci);
    const kept = site.hashes();
    await run(harborUser, { name: 'ci', state: 'absent' });
    expect(site.hashes()).not.toContain('ci:');
    await run(harborUser, ci);
    expect(site.hashes()).not.toBe(kept);
  });

  test('changes the profile only where it differs', async () => {
    await run(harborUser, ci);
    expect(await runTwice(harborUser, { ...ci, real_name: 'Build servers', comment: 'ours' })).toEqual([
      'change real_name, comment of user ci',
    ]);
  });
});

describe('harbor_config', () => {
  test('sends what differs, in the types that 1.5 takes', async () => {
    const settings = {
      token_expiration: 45,
      self_registration: false,
      ldap_group_search_scope: 1,
      email_from: 'harbor@example.com',
      auth_mode: 'db_auth',
    };
    expect(await runTwice(harborConfig, { settings })).toEqual([
      'set token_expiration, self_registration, ldap_group_search_scope, email_from',
    ]);
  });

  test('sets a secret again only where it changed', async () => {
    const settings = { ldap_search_password: 'Ldap12345', email_password: 'Mail12345' };
    expect(await runTwice(harborConfig, { settings })).toEqual([
      'set ldap_search_password, email_password',
      'keep the salted hash of ldap_search_password, email_password in /.harbor-hashes/node1.yml',
    ]);
    const changed = { ...settings, email_password: 'Other12345' };
    expect(await runTwice(harborConfig, { settings: changed })).toEqual([
      'set email_password',
      'keep the salted hash of email_password in /.harbor-hashes/node1.yml',
    ]);
    expect(site.hashes()).not.toMatch(/Ldap12345|Mail12345|Other12345/);
  });
});

test('harbor_robot says that 1.5 has none', async () => {
  const params = {
    name: 'ci',
    secret: 'Robot12345',
    permissions: [{ namespace: '*', access: ['repository:pull'] }],
  };
  expect((await run(harborRobot, params)).failure).toContain('Harbor 1.5 has no robot accounts');
  expect(changes()).toEqual([]);
});

test.each<[string, Module, object]>([
  ['harbor_project', harborProject, { name: 'example' }],
  ['harbor_user', harborUser, ci],
  ['harbor_config', harborConfig, { settings: { token_expiration: 1 } }],
  ['harbor_robot', harborRobot, { name: 'ci' }],
])('%s asks a wrong password once and changes nothing', async (_name, module, params) => {
  const ended = await run(module, { ...params, password: 'Wrong12345' });
  expect(ended.failure).toContain('refused the user admin: wrong name or password');
  expect(asked.asked.filter((line) => line.endsWith('/users/current'))).toHaveLength(1);
  expect(changes()).toEqual([]);
});

test.each<[string, Module, object, string]>([
  ['harbor_user', harborUser, ci, 'GET /api/users'],
  ['harbor_config', harborConfig, { settings: { token_expiration: 1 } }, 'GET /api/configurations'],
])('%s says that a plain user may not', async (_name, module, params, what) => {
  await run(harborUser, { ...ci, name: 'dev', email: 'dev@example.com' });
  const sent = changes().length;
  const ended = await run(module, { ...params, username: 'dev', password: 'Secret12345' });
  expect(ended.failure).toContain(what);
  expect(ended.failure).toContain('403');
  expect(changes()).toHaveLength(sent);
});
