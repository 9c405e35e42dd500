import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import ssh2, { type AuthContext, type Connection, type ParsedKey, type ServerChannel } from 'ssh2';

/**
 * Runs a small playbook with the program in a folder, on this machine and over SSH. V8 keeps the compiled form of what
 * has run; what every run needs is in it from then on.
 *
 * @param folder has bin/ and dist/
 * @throws Error where the run fails
 */
export async function warmUp(folder: string): Promise<void> {
  const place = mkdtempSync(join(tmpdir(), 'mooring-build-'));
  const hostKey = ssh2.utils.generateKeyPairSync('ed25519');
  const userKey = ssh2.utils.generateKeyPairSync('ed25519');
  const known = parsedKey(userKey.public);
  // By that name, for some of a login is for OpenSSH alone.
  const options = { hostKeys: [hostKey.private], ident: 'OpenSSH_9.2' };
  const server = new ssh2.Server(options, (client) => serve(client, known));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    writeFileSync(join(place, 'key'), userKey.private, { mode: 0o600 });
    writeFileSync(join(place, 'known'), `[127.0.0.1]:${port} ${hostKey.public}\n`);
    writeFileSync(join(place, 'site.yml'), JSON.stringify(playbook(place)));
    writeFileSync(join(place, 'hosts'), inventory(place, port));
    const words = ['run', join(place, 'site.yml'), '-i', join(place, 'hosts')];
    await promisify(execFile)(process.execPath, [join(folder, 'bin/mooring.js'), ...words], {
      env: cleanEnv(),
    });
  } finally {
    server.close();
    rmSync(place, { recursive: true });
  }
}

/** Each task twice: the second time there is nothing left to do, as in most runs. */
function playbook(place: string): object[] {
  const file = `${place}/{{ inventory_hostname }}`;
  const tasks = [
    { name: 'a file', copy: { content: 'a\n', dest: file, mode: '0644' } },
    { name: 'a line', lineinfile: { path: file, line: 'b' }, register: 'line', when: 'true' },
    { name: 'a command', command: 'true', changed_when: false, check_mode: false },
    { name: 'a message', debug: { msg: '{{ line.changed }}' } },
  ];
  return [{ hosts: 'all', gather_facts: false, tasks: [...tasks, ...tasks] }];
}

function inventory(place: string, port: number): string {
  const options = ['-F none', '-o IdentityAgent=none', `-o UserKnownHostsFile=${place}/known`];
  const vars = {
    ansible_host: '127.0.0.1',
    ansible_port: port,
    ansible_user: 'whoever-builds',
    ansible_ssh_private_key_file: `${place}/key`,
    ansible_ssh_common_args: `'${options.join(' ')}'`,
  };
  const words = Object.entries(vars).map(([name, value]) => `${name}=${value}`);
  return `[web]\nhere ansible_connection=local\nthere ${words.join(' ')}\n`;
}

function parsedKey(text: string): ParsedKey {
  const key = ssh2.utils.parseKey(text);
  if (key instanceof Error) throw key;
  return key;
}

/** Lets in who has the key, for whoever is let in runs commands as the user who builds. */
function serve(client: Connection, known: ParsedKey): void {
  client.on('error', () => undefined);
  client.on('authentication', (context) => {
    if (isProven(context, known)) context.accept();
    else context.reject(['publickey']);
  });
  client.on('session', (accept) => {
    accept().on('exec', (acceptExec, _reject, { command }) => run(acceptExec(), command));
  });
}

function isProven(context: AuthContext, known: ParsedKey): boolean {
  if (context.method !== 'publickey' || !context.key.data.equals(known.getPublicSSH())) return false;
  const { blob, signature, hashAlgo } = context;
  return blob !== undefined && signature !== undefined && known.verify(blob, signature, hashAlgo) === true;
}

function run(channel: ServerChannel, command: string): void {
  const child = spawn('/bin/sh', ['-c', command]);
  channel.pipe(child.stdin);
  child.stdout.pipe(channel);
  child.stderr.pipe(channel.stderr);
  child.stdin.on('error', () => undefined);
  child.on('close', (code) => {
    channel.exit(code ?? 1);
    channel.end();
  });
}

/** NODE_OPTIONS of tsx and the like would be in the compiled form as well. */
function cleanEnv(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _, ...env } = process.env;
  return env;
}
