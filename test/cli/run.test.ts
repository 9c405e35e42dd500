import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { writeFiles } from '../load/temporary-files.ts';
import { localHosts, mooring } from './mooring.ts';

const site = writeFiles({
  'hosts.yml': localHosts,
  'site.yml': `
- name: Greet
  hosts: all
  gather_facts: false
  tags: [greet]
  tasks:
    - name: say it
      debug: {msg: '{{ default greeting "hello" }}'}
      tags: [loud]
    - name: web only
      command: "true"
      when: inventory_hostname in groups['web']
`,
  'fails.yml': '- hosts: web\n  tasks:\n    - name: breaks\n      command: sh -c "echo why >&2; exit 3"\n',
  'gone.yml': `
web:
  hosts:
    away: {ansible_host: 127.0.0.1, ansible_port: 1}
    h1: {ansible_connection: local}
`,
  'delegates.yml': '- hosts: h1\n  tasks:\n    - command: echo a\n      delegate_to: localhost\n',
  'vars.yml': 'greeting: from a file\n',
  'prompts.yml': `
- hosts: h1
  vars_prompt:
    - {name: port, prompt: Which port, default: 8080, private: false}
    - {name: password, prompt: Password}
  tasks:
    - debug: {msg: '{{ expr "port + 1" }}'}
`,
});
const hosts = ['-i', join(site, 'hosts.yml')];
const file = (name: string): string => join(site, name);

describe('what a run prints', () => {
  it('keeps the lines people grep', async () => {
    const { code, stdout, stderr } = await mooring('run', file('site.yml'), ...hosts);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^PLAY \[Greet\] \*+$/m);
    expect(stdout).toMatch(/^TASK \[say it\] \*+$/m);
    expect(stdout).toMatch(/^ok: \[h1\] => \{ "msg": "hello" \}$/m);
    expect(stdout).toMatch(/^changed: \[h1\]$/m);
    expect(stdout).toMatch(/^skipping: \[h2\]$/m);
    expect(stdout).toMatch(
      /^h1 +: ok=2 +changed=1 +unreachable=0 +failed=0 +skipped=0 +rescued=0 +ignored=0$/m,
    );
  });

  it('ends with 2 and the reason where a host failed', async () => {
    const { code, stdout } = await mooring('run', file('fails.yml'), ...hosts);
    expect(code).toBe(2);
    expect(stdout).toMatch(/^fatal: \[h1\]: FAILED! => \{ "msg": .*"rc": 3.*"stderr": "why"/m);
    expect(stdout).toMatch(/^h1 +: ok=0 .* failed=1/m);
  });

  it('takes the default of a prompt where there is no terminal, and says how else to answer', async () => {
    const answered = await mooring('run', file('prompts.yml'), ...hosts, '-e', 'password=x');
    expect(answered.stdout).toMatch(/^ok: \[h1\] => \{ "msg": 8081 \}$/m);
    const { code, stderr } = await mooring('run', file('prompts.yml'), ...hosts);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/cannot ask for "password".*\n.*-e password=/),
    });
  });

  it('ends with 4 where a host is out of reach, the others go on', async () => {
    const { code, stdout } = await mooring('run', file('site.yml'), '-i', file('gone.yml'));
    expect(stdout).toMatch(/^fatal: \[away\]: UNREACHABLE! => .*127\.0\.0\.1.*(refused|ECONNREFUSED)/m);
    expect(stdout).toMatch(/^ok: \[h1\]/m);
    expect(stdout).toMatch(/^away +: ok=1 +changed=0 +unreachable=1/m);
    expect(code).toBe(4);
  });

  it('has no line in the recap for a host that was only delegated to', async () => {
    const { stdout } = await mooring('run', file('delegates.yml'), ...hosts);
    expect(stdout).toMatch(/^changed: \[h1 -> localhost\]/m);
    expect(stdout).not.toMatch(/^localhost +:/m);
  });

  it('prints one event a line with --output json, the recap last', async () => {
    const { code, stdout } = await mooring('run', file('site.yml'), ...hosts, '--output', 'json');
    expect(code).toBe(0);
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events.map((event) => event.event)).toContain('result');
    for (const event of events) expect(event.time).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    const counts = { unreachable: 0, failed: 0, rescued: 0, ignored: 0, unknown: 0 };
    expect(events.at(-1)).toEqual({
      time: expect.any(String),
      event: 'recap',
      hosts: {
        h1: { ok: 2, changed: 1, skipped: 0, ...counts },
        h2: { ok: 1, changed: 0, skipped: 1, ...counts },
      },
      durationMs: expect.any(Number),
      exitCode: 0,
      check: false,
    });
  });

  it('prints faults as events and a recap with --output json', async () => {
    const { code, stdout } = await mooring('run', file('nope.yml'), ...hosts, '--output', 'json');
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events[0]).toMatchObject({ event: 'fault', severity: 'error', code: 'missing-file' });
    expect(events.at(-1)).toMatchObject({ event: 'recap', hosts: {}, exitCode: 1 });
    expect(code).toBe(1);
  });
});

describe('what is only listed', () => {
  test.each([
    ['--list-hosts', ['pattern: all', 'hosts (2):', '      h1\n      h2']],
    ['--list-tasks', ['play #1 (all): Greet', 'say it\tTAGS: [greet, loud]', 'web only\tTAGS: [greet]']],
    ['--list-tags', ['TASK TAGS: [greet, loud]']],
    ['--syntax-check', ['nothing wrong']],
  ])('%s', async (option, expected) => {
    const { code, stdout } = await mooring('run', file('site.yml'), ...hosts, option);
    expect(code).toBe(0);
    for (const text of expected) expect(stdout).toContain(text);
    expect(stdout).not.toContain('PLAY [');
  });

  it('keeps to --tags and --limit', async () => {
    const { stdout } = await mooring(
      ...['run', file('site.yml'), ...hosts, '--list-tasks', '--list-hosts', '-t', 'loud', '-l', 'h2'],
    );
    expect(stdout).toContain('say it');
    expect(stdout).not.toContain('web only');
    expect(stdout).toContain('hosts (1):\n      h2');
  });
});

describe('extra variables', () => {
  test.each([
    ['greeting=short', 'short'],
    ['greeting="two words"', 'two words'],
    ['{"greeting": "from json"}', 'from json'],
    ['greeting: from yaml', 'from yaml'],
    [`@${file('vars.yml')}`, 'from a file'],
  ])('-e %s', async (text, expected) => {
    const { stdout } = await mooring('run', file('site.yml'), ...hosts, '-e', text, '-l', 'h1');
    expect(stdout).toContain(`ok: [h1] => { "msg": "${expected}" }`);
  });

  it('take the last of several', async () => {
    const { stdout } = await mooring(
      ...['run', file('site.yml'), ...hosts, '-e', 'greeting=one', '-e', 'greeting=two', '-l', 'h1'],
    );
    expect(stdout).toContain('"msg": "two"');
  });
});

describe('inventory', () => {
  it('prints the tree of groups', async () => {
    const { code, stdout } = await mooring('inventory', ...hosts, '--graph');
    expect(code).toBe(0);
    expect(stdout).toMatch(/@all:[\s\S]*@web:[\s\S]*--h1/);
  });

  it('prints everything as Ansible does, as JSON', async () => {
    const list = JSON.parse((await mooring('inventory', ...hosts, '--list')).stdout);
    expect(list.web.hosts).toEqual(['h1']);
    expect(list._meta.hostvars.h2).toMatchObject({ ansible_connection: 'local' });
  });

  it('prints the variables of one host', async () => {
    const { stdout } = await mooring('inventory', ...hosts, '--host', 'h1');
    expect(JSON.parse(stdout)).toMatchObject({ ansible_connection: 'local' });
  });

  it('says which host was meant', async () => {
    const { code, stderr } = await mooring('inventory', ...hosts, '--host', 'h11');
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('Did you mean "h1"?') });
  });
});
