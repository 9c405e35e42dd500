import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type Ended, mooring } from '../cli/mooring.ts';
import { type Sshd, type SshdOptions, startSshd, whyNoSshd } from './sshd.ts';

type Variables = Readonly<Record<string, string | number>>;

const stops: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

async function server(options: SshdOptions = {}): Promise<Sshd> {
  const sshd = await startSshd(options);
  stops.push(() => sshd.stop());
  return sshd;
}

/** A file system of 64 KiB with nothing free on it. */
function fullDirectory(sshd: Sshd): string {
  const directory = join(sshd.directory, 'full');
  mkdirSync(directory);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k,mode=1777', 'tmpfs', directory]);
  stops.push(async () => void execFileSync('umount', ['-l', directory]));
  try {
    writeFileSync(join(directory, 'filler'), Buffer.alloc(1_000_000));
  } catch {
    // It took what fits.
  }
  return directory;
}

function hostOf(sshd: Sshd): Variables {
  return {
    ansible_host: sshd.host,
    ansible_port: sshd.port,
    ansible_user: sshd.user,
    ansible_ssh_private_key_file: sshd.privateKeyFile,
    ansible_ssh_common_args: sshd.sshArgs,
  };
}

/** Runs tasks on the server, and on further hosts, through the command line. */
function run(
  sshd: Sshd,
  tasks: string,
  hosts: Readonly<Record<string, Variables>> = { h1: hostOf(sshd) },
): Promise<Ended> {
  writeFileSync(join(sshd.directory, 'hosts.yml'), JSON.stringify({ all: { hosts } }));
  const indented = tasks.trim().replaceAll(/^/gm, '    ');
  writeFileSync(
    join(sshd.directory, 'site.yml'),
    `- hosts: all\n  gather_facts: false\n  tasks:\n${indented}\n`,
  );
  return mooring('run', join(sshd.directory, 'site.yml'), '-i', join(sshd.directory, 'hosts.yml'));
}

describe.skipIf(whyNoSshd() !== undefined)('what is wrong with a host', () => {
  it('out of reach: the others go on, exit 4', async () => {
    const sshd = await server();
    const { code, stdout } = await run(sshd, '- command: echo there', {
      away: { ...hostOf(sshd), ansible_port: 1 },
      h1: hostOf(sshd),
    });
    expect(stdout).toMatch(
      /fatal: \[away\]: UNREACHABLE! => .*cannot connect to 127\.0\..* port 1: connection refused.*is sshd running there/,
    );
    expect(stdout).toMatch(/^changed: \[h1\]/m);
    expect(stdout).toMatch(/^away +: .*unreachable=1/m);
    expect(stdout).toMatch(/^h1 +: ok=1 +changed=1/m);
    expect(code).toBe(4);
  });

  it('a wrong password: what was tried, not what it was', async () => {
    const sshd = await server();
    const { code, all } = await run(sshd, '- ping:', {
      h1: {
        ...hostOf(sshd),
        ansible_password: 'not-the-password',
        ansible_ssh_private_key_file: join(sshd.directory, 'no-key'),
      },
    });
    expect(all).toMatch(
      /UNREACHABLE! => .*login refused: tried password.*the server takes publickey, password/,
    );
    expect(all).toContain('ansible_password');
    expect(all).not.toContain('not-the-password');
    expect(code).toBe(4);
  });

  it('a host key that changed: which file, which line, the way out', async () => {
    const sshd = await server();
    const file = join(sshd.directory, 'changed_hosts');
    const [type, key] = execFileSync('cat', [join(sshd.directory, 'user_key.pub')], {
      encoding: 'utf8',
    }).split(' ');
    writeFileSync(file, `# a comment\n[${sshd.host}]:${sshd.port} ${type} ${key}\n`);
    const sshArgs = sshd.sshArgs.replace(sshd.knownHostsFile, file);
    const { code, stdout } = await run(sshd, '- ping:', {
      h1: { ...hostOf(sshd), ansible_ssh_common_args: sshArgs },
    });
    expect(stdout).toContain(`${file} line 2 has ssh-ed25519 SHA256:`);
    expect(stdout).toContain(`ssh-keygen -R '[${sshd.host}]:${sshd.port}' -f ${file}`);
    expect(code).toBe(4);
  });

  it('a full disk: which file could not be written', async () => {
    const sshd = await server();
    const full = fullDirectory(sshd);
    const { code, stdout } = await run(
      sshd,
      `- copy: {content: "${'x'.repeat(10_000)}", dest: ${full}/target.txt}`,
    );
    expect(stdout).toMatch(/fatal: \[h1\]: FAILED! => .*no space left on its file system/);
    expect(stdout).toContain(`${full}/target.txt`);
    expect(readdirSync(full)).toEqual(['filler']);
    expect(code).toBe(2);
  });

  it('no space in the temporary directory: which one, and what to do', async () => {
    const sshd = await server({ config: ['SetEnv TMPDIR=/run/mooring-test-full'] });
    symlinkSync(fullDirectory(sshd), '/run/mooring-test-full');
    stops.push(async () => void execFileSync('rm', ['-f', '/run/mooring-test-full']));
    writeFileSync(join(sshd.directory, 'work.sh'), `echo there # ${'x'.repeat(10_000)}\n`);
    const { code, stdout } = await run(sshd, '- script: work.sh');
    expect(stdout).toMatch(/fatal: \[h1\]: FAILED! => .*[Nn]o space left/);
    expect(stdout).toContain(`make room there: df -h ${join(sshd.directory, 'full')}/mooring-`);
    expect(code).toBe(2);
  });

  it('no sudo installed: said so, with the way out', async () => {
    const sshd = await server({ config: ['SetEnv PATH=/run/mooring-test-path'] });
    const path = join(sshd.directory, 'path');
    mkdirSync(path);
    for (const name of readdirSync('/usr/bin')) {
      if (name !== 'sudo') symlinkSync(`/usr/bin/${name}`, join(path, name));
    }
    symlinkSync(path, '/run/mooring-test-path');
    stops.push(async () => void execFileSync('rm', ['-f', '/run/mooring-test-path']));
    const { code, stdout } = await run(sshd, '- command: id -un\n  become: true');
    expect(stdout).toContain('sudo to root on h1: sudo is not installed there');
    expect(stdout).toContain('install sudo on the host, or log in as root and drop become');
    expect(code).toBe(2);
  });

  it.each([
    ['none', {}, /sudo to root on h1 (is not allowed|needs a password)/],
    ['password', {}, /sudo to root on h1 needs a password, and none is set.*ansible_become_password/],
    ['password', { ansible_become_password: 'wrong-one' }, /the password was refused.*sent once/],
    ['requiretty', {}, /requiretty/],
  ] as const)('sudo with rules "%s" and %j says why not', async (sudo, variables, message) => {
    const sshd = await server({ sudo });
    const { code, all } = await run(sshd, '- command: id -un\n  become: true', {
      h1: { ...hostOf(sshd), ...variables },
    });
    expect(all).toMatch(message);
    expect(all).not.toContain('wrong-one');
    expect(code).toBe(2);
  });
});
