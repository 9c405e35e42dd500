/**
 * The floor: what a program costs that only connects with ssh2 and sends one script to each host. No engine can be
 * faster over SSH without keeping connections open between runs.
 *
 * Usage: floor FILE, with FILE as JSON of FloorInput. Prints FloorOutput as JSON; exit 1 where a script failed.
 */
import { readFileSync } from 'node:fs';
import { Client } from 'ssh2';

export interface FloorInput {
  readonly hosts: readonly { readonly address: string; readonly port: number; readonly script: string }[];
  readonly user: string;
  readonly privateKeyFile: string;
  /** Logins under way at a time. */
  readonly logins: number;
  /** One script of many parts, or each part by itself after the one before has been answered. */
  readonly parts?: 'together' | 'one by one';
}

export interface FloorOutput {
  /** Until the last host let us in. */
  readonly connectMs: number;
  readonly totalMs: number;
}

const input = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as FloorInput;
const privateKey = readFileSync(input.privateKeyFile);
const started = performance.now();
let connectMs = 0;
const waiting = [...input.hosts];
const running: Promise<void>[] = [];
await Promise.all(Array.from({ length: input.logins }, logInNext));
await Promise.all(running);
process.stdout.write(`${JSON.stringify({ connectMs, totalMs: performance.now() - started })}\n`);
process.exit();

async function logInNext(): Promise<void> {
  for (let host = waiting.shift(); host; host = waiting.shift()) {
    const client = await logIn(host);
    connectMs = performance.now() - started;
    running.push(runScript(client, host.script));
  }
}

function logIn({ address, port }: FloorInput['hosts'][number]): Promise<Client> {
  return new Promise((resolve, reject) => {
    const client = new Client();
    client.once('ready', () => resolve(client)).once('error', reject);
    client.connect({ host: address, port, username: input.user, privateKey });
  });
}

async function runScript(client: Client, script: string): Promise<void> {
  const parts = input.parts === 'one by one' ? script.split('\n') : [script];
  for (const part of parts) await runPart(client, part);
  client.end();
}

function runPart(client: Client, script: string): Promise<void> {
  return new Promise((resolve, reject) => {
    client.exec('exec sh', (error, channel) => {
      if (error) return reject(error);
      let answer = '';
      channel.on('data', (chunk: Buffer) => {
        answer += chunk.toString();
        if (answer.endsWith('floor: done\n')) resolve();
      });
      channel.once('close', () => reject(new Error(`the script ended with: ${answer.slice(-200)}`)));
      channel.end(`${script}\necho floor: done\n`);
    });
  });
}
