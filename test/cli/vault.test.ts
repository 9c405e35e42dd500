import { chmodSync, existsSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, test, vi } from 'vitest';
import { loadVarsFile, readVaultSecrets, Vault } from '../../src/load/index.ts';
import { writeFiles } from '../load/temporary-files.ts';
import { content, folder, vault, withInput } from './vault-files.ts';

function modeOf(path: string): string {
  return (statSync(path).mode & 0o777).toString(8);
}

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('a file', () => {
  it('is encrypted in place for its owner alone, viewed, and decrypted to the same bytes', async () => {
    const place = folder();
    const file = join(place, 'secrets.yml');
    const password = ['--vault-password-file', join(place, 'one')];
    expect(await vault('encrypt', file, ...password)).toEqual({
      code: 0,
      stdout: '',
      stderr: `${file}: encrypted\n`,
      all: `${file}: encrypted\n`,
    });
    expect(readFileSync(file, 'utf8')).toMatch(
      /^\$ANSIBLE_VAULT;1\.1;AES256\n(?:[0-9a-f]{80}\n)+[0-9a-f]+\n$/,
    );
    expect(modeOf(file)).toBe('600');
    expect((await vault('view', file, ...password)).stdout).toBe(content);
    expect((await vault('decrypt', file, ...password)).code).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe(content);
    expect(modeOf(file)).toBe('600');
    expect(readdirSync(place).sort()).toEqual(['one', 'secrets.yml', 'two']);
  });

  it('behind a symbolic link stays behind it', async () => {
    const place = folder();
    symlinkSync('secrets.yml', join(place, 'link.yml'));
    await vault('encrypt', join(place, 'link.yml'), '--vault-password-file', join(place, 'one'));
    expect(readFileSync(join(place, 'secrets.yml'), 'utf8')).toContain('$ANSIBLE_VAULT');
  });

  it('of any bytes and from the standard input is written where --output says', async () => {
    const place = folder();
    const bytes = Buffer.from([0, 255, 10, 13, 0]);
    const password = ['--vault-password-file', join(place, 'one')];
    await withInput(bytes, () => vault('encrypt', '--output', join(place, 'key.vault'), ...password));
    await vault('decrypt', join(place, 'key.vault'), '--output', join(place, 'key'), ...password);
    expect(readFileSync(join(place, 'key'))).toEqual(bytes);
  });

  it('opens with CRLF line ends and a byte order mark, as Windows editors leave it', async () => {
    const armoured = new Vault({ secrets: [{ id: 'default', password: 'pass one' }] }).encrypt(content);
    const place = folder({ 'dos.yml': `\uFEFF${armoured.replaceAll('\n', '\r\n')}` });
    const { stdout } = await vault(
      'view',
      join(place, 'dos.yml'),
      '--vault-password-file',
      join(place, 'one'),
    );
    expect(stdout).toBe(content);
  });

  it('is made from the standard input by create', async () => {
    const place = folder();
    const file = join(place, 'new.yml');
    const words = ['create', file, '--vault-id', `prod@${join(place, 'two')}`];
    expect((await withInput(content, () => vault(...words))).code).toBe(0);
    expect(readFileSync(file, 'utf8')).toMatch(/^\$ANSIBLE_VAULT;1\.2;AES256;prod\n/);
    expect(modeOf(file)).toBe('600');
    const again = await withInput('other', () => vault(...words));
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('is there already') });
    expect(again.stderr).toContain(`Use: mooring vault edit ${file}`);
  });
});

describe('several ids', () => {
  it('need a choice for encrypting, and all open', async () => {
    const place = folder();
    const file = join(place, 'secrets.yml');
    const ids = ['--vault-id', `dev@${join(place, 'one')}`, '--vault-id', `prod@${join(place, 'two')}`];
    const refused = await vault('encrypt', file, ...ids);
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('several vault ids: dev, prod'),
    });
    expect(readFileSync(file, 'utf8')).toBe(content);
    await vault('encrypt', file, ...ids, '--encrypt-vault-id', 'prod');
    expect(readFileSync(file, 'utf8')).toMatch(/^\$ANSIBLE_VAULT;1\.2;AES256;prod\n/);
    expect((await vault('view', file, ...ids)).stdout).toBe(content);
  });

  it('may come from a client script, which is told the id', async () => {
    const place = folder({ 'ring-client.sh': '#!/bin/sh\necho "for $1 $2"\n' });
    chmodSync(join(place, 'ring-client.sh'), 0o700);
    await vault('encrypt', join(place, 'secrets.yml'), '--vault-id', `lab@${place}/ring-client.sh`);
    const opened = new Vault({ secrets: [{ id: 'x', password: 'for --vault-id lab' }] });
    expect(opened.decrypt(readFileSync(join(place, 'secrets.yml'), 'utf8'))).toBe(content);
  });

  it('a site has a password of its own in its folder', async () => {
    const place = folder({ 'site/.vault-password': 'of the site\n' });
    const file = join(place, 'secrets.yml');
    await vault('encrypt', file, '-i', join(place, 'site'));
    expect((await vault('view', file, '-i', join(place, 'site'))).stdout).toBe(content);
  });
});

describe('rekey', () => {
  it('gives files another password and id', async () => {
    const place = folder();
    const file = join(place, 'secrets.yml');
    await vault('encrypt', file, '--vault-password-file', join(place, 'one'));
    const words = [
      '--vault-password-file',
      join(place, 'one'),
      '--new-vault-id',
      `new@${join(place, 'two')}`,
    ];
    expect((await vault('rekey', file, ...words)).code).toBe(0);
    const secrets = await readVaultSecrets([join(place, 'two')]);
    expect(new Vault({ secrets }).decrypt(readFileSync(file, 'utf8'))).toBe(content);
    expect(readFileSync(file, 'utf8')).toMatch(/;new\n/);
  });

  it('leaves every file as it is where one cannot be opened', async () => {
    const place = folder({ 'b.yml': content });
    const [a, b] = [join(place, 'secrets.yml'), join(place, 'b.yml')];
    await vault('encrypt', a, '--vault-password-file', join(place, 'one'));
    await vault('encrypt', b, '--vault-password-file', join(place, 'two'));
    const before = [a, b].map((file) => readFileSync(file, 'utf8'));
    const words = [
      '--vault-password-file',
      join(place, 'one'),
      '--new-vault-password-file',
      join(place, 'two'),
    ];
    const { code, stderr } = await vault('rekey', a, b, ...words);
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining(`${b}: wrong vault`) });
    expect([a, b].map((file) => readFileSync(file, 'utf8'))).toEqual(before);
  });
});

describe('encrypt-string', () => {
  it('prints a value for a file of variables', async () => {
    const place = folder();
    const words = ['encrypt-string', '--name', 'db_password', '--vault-password-file', join(place, 'one')];
    const { stdout, stderr } = await withInput('two\nlines', () => vault(...words));
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^db_password: !vault \|\n {10}\$ANSIBLE_VAULT;1\.1;AES256\n/);
    const vars = join(writeFiles({ 'vars.yml': stdout }), 'vars.yml');
    const secrets = await readVaultSecrets([join(place, 'one')]);
    const { values } = loadVarsFile(vars, { vault: new Vault({ secrets }) });
    expect(values).toEqual({ db_password: 'two\nlines' });
  });

  it('warns of the line break that echo adds', async () => {
    const place = folder();
    const words = ['encrypt-string', '--vault-password-file', join(place, 'one')];
    expect((await withInput('x\n', () => vault(...words))).stderr).toContain('ends with a line break');
  });

  it('takes no secret from the command line, where others could read it', async () => {
    const { code, stderr } = await vault('encrypt-string', 'hunter22');
    expect({ code, stderr }).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('comes by the standard input'),
    });
    expect(stderr).not.toContain('hunter22');
  });
});

describe('edit', () => {
  /** An editor that notes where the text lies, and with which rights, before it does its work. */
  function editor(place: string, work: string): void {
    const script = `#!/bin/sh\nstat -c '%a %n' "$1" "$(dirname "$1")" > ${place}/seen\n${work}\n`;
    const path = join(writeFiles({ 'editor.sh': script }), 'editor.sh');
    chmodSync(path, 0o700);
    vi.stubEnv('VISUAL', '');
    vi.stubEnv('EDITOR', path);
  }

  async function encrypted(): Promise<{ place: string; file: string; words: string[] }> {
    const place = folder();
    const file = join(place, 'secrets.yml');
    const words = ['--vault-id', `prod@${join(place, 'one')}`];
    await vault('encrypt', file, ...words);
    return { place, file, words };
  }

  it('saves what the editor wrote with the same id, and leaves no text behind', async () => {
    const { place, file, words } = await encrypted();
    editor(place, `echo 'more: 1' >> "$1"; cp "$1" "$1~"`);
    expect((await vault('edit', file, ...words)).code).toBe(0);
    expect(readFileSync(file, 'utf8')).toMatch(/;prod\n/);
    expect((await vault('view', file, ...words)).stdout).toBe(`${content}more: 1\n`);
    const [text, directory] = readFileSync(join(place, 'seen'), 'utf8').trim().split('\n');
    expect(text).toMatch(/^600 .*\/secrets\.yml$/);
    expect(directory).toMatch(/^700 /);
    expect(existsSync((directory ?? '').slice(4))).toBe(false);
  });

  it.each([
    ['a failing editor', 'echo lost >> "$1"; exit 3', 1, 'exit code 3; nothing was saved'],
    ['no change', ':', 0, 'is as before'],
  ])('with %s keeps the file', async (_title, work, code, message) => {
    const { place, file, words } = await encrypted();
    const before = readFileSync(file, 'utf8');
    editor(place, work);
    expect(await vault('edit', file, ...words)).toMatchObject({
      code,
      stderr: expect.stringContaining(message),
    });
    expect(readFileSync(file, 'utf8')).toBe(before);
    const directory = readFileSync(join(place, 'seen'), 'utf8').trim().split('\n').at(-1) ?? '';
    expect(existsSync(directory.slice(4))).toBe(false);
  });

  it('says how to name an editor where there is none', async () => {
    const { file, words } = await encrypted();
    vi.stubEnv('VISUAL', '/nowhere/editor');
    const { code, stderr } = await vault('edit', file, ...words);
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('EDITOR') });
  });
});

describe('what cannot be done is said, and the file is kept', () => {
  const armoured = new Vault({ secrets: [{ id: 'prod', password: 'pass one' }] }).encrypt(content, 'prod');
  const files = {
    'sealed.yml': armoured,
    'damaged.yml': armoured.replace(/.\n$/, '\n'),
    'inline.yml': 'a: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n',
    'future.yml': '$ANSIBLE_VAULT;2.0;AES256\n00\n',
  };
  test.each([
    [['view', 'sealed.yml', 'two'], 'wrong vault password', 'vault id "prod"'],
    [['view', 'damaged.yml', 'one'], 'damaged.yml: the vault text is damaged'],
    [['view', 'secrets.yml', 'one'], 'secrets.yml is not encrypted: it does not start with $ANSIBLE_VAULT;'],
    [['decrypt', 'inline.yml', 'one'], 'Some of its values are encrypted (!vault)'],
    [['view', 'future.yml', 'one'], 'not an Ansible Vault text of version 1.1 or 1.2'],
    [['encrypt', 'sealed.yml', 'one'], 'sealed.yml is encrypted already'],
    [['encrypt', 'nowhere.yml', 'one'], 'there is no file'],
    [['rekey', 'secrets.yml', 'one'], 'is not encrypted'],
  ])('%j', async ([action = '', name = '', password = ''], ...messages) => {
    const place = folder(files);
    const before = readdirSync(place).map((entry) => [entry, readFileSync(join(place, entry), 'utf8')]);
    const words = [join(place, name), '--vault-password-file', join(place, password)];
    const { code, stdout, stderr } = await vault(action, ...words);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    for (const message of messages) expect(stderr).toContain(message);
    expect(readdirSync(place).map((entry) => [entry, readFileSync(join(place, entry), 'utf8')])).toEqual(
      before,
    );
  });

  test('UTF-16 text', async () => {
    const place = folder();
    const file = join(place, 'wide.yml');
    const { stderr } = await withInput(Buffer.from(`\uFEFF${armoured}`, 'utf16le'), () =>
      vault('decrypt', '--output', file, '--vault-password-file', join(place, 'one')),
    );
    expect(stderr).toContain('it is UTF-16 text');
    expect(existsSync(file)).toBe(false);
  });

  test('no password and nobody to ask', async () => {
    const place = folder(files);
    vi.stubEnv('ANSIBLE_VAULT_PASSWORD_FILE', undefined);
    const { code, stderr } = await vault('view', join(place, 'sealed.yml'));
    expect({ code, stderr }).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('--vault-password-file'),
    });
  });
});
