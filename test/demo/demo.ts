// npm run demo: the shared-storage pattern on the lab, with nothing but the public command line.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import * as lab from '../lab/lab.ts';
import { publishSiteFiles } from '../lab/site-files.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const inventory = 'inventories/lab';
const timings: [string, number][] = [];

process.exitCode = await main();

async function main(): Promise<number> {
  if (process.getuid?.() !== 0) {
    console.error('The lab needs root for its namespaces. Run:\n\n    sudo npm run demo\n');
    return 1;
  }
  await part('lab up, fresh hosts', async () => {
    await lab.up({ assumeYes: true });
    await publishSiteFiles();
    await lab.reset({ assumeYes: true });
  });
  const playbook = 'playbooks/shared-storage.yml';
  const first = await part('playbook, first run', () => mooring('run', playbook, '-i', inventory));
  if (first.code !== 0) return fail('the first run failed', first.code);
  const second = await part('playbook, second run', () => mooring('run', playbook, '-i', inventory));
  if (second.code !== 0) return fail('the second run failed', second.code);
  const drift = second.recap.filter((line) => !/ changed=0 /.test(line));
  if (drift.length > 0) return fail(`the second run changed something:\n${drift.join('\n')}`, 1);
  const verify = 'playbooks/verify-shared-storage.yml';
  const third = await part('verification', () => mooring('run', verify, '-i', inventory));
  if (third.code !== 0) return fail('the verification failed', third.code);
  summarise();
  return 0;
}

async function part<T>(name: string, work: () => Promise<T>): Promise<T> {
  console.log(`\n=== ${name}\n`);
  const begin = performance.now();
  try {
    return await work();
  } finally {
    timings.push([name, (performance.now() - begin) / 1000]);
  }
}

interface Finished {
  readonly code: number;
  /** The recap's lines, one per host. */
  readonly recap: readonly string[];
}

function mooring(...args: readonly string[]): Promise<Finished> {
  console.log(`$ npx mooring ${args.join(' ')}`);
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['bin/mooring.js', ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const recap: string[] = [];
    createInterface({ input: child.stdout }).on('line', (line) => {
      console.log(line);
      if (/ : ok=\d+ +changed=\d+/.test(line)) recap.push(line);
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, recap }));
  });
}

function fail(message: string, code: number): number {
  console.error(`\nThe demo stopped: ${message}`);
  console.error('The lab is still up: npm run lab -- ssh harbor1 ; npm run lab -- down');
  return code === 0 ? 1 : code;
}

function summarise(): void {
  const hosts = readFileSync(
    new URL('../../inventories/lab/group_vars/all/main.yml', import.meta.url),
    'utf8',
  );
  const name = /^harbor_hostname: (.+)$/m.exec(hosts)?.[1];
  console.log(`
=== Done

Two Harbors (192.168.198.133, .135) serve as one under the name ${name}: one NFS share, one database and
one Redis on 192.168.198.136; the database and the images of an older Harbor were imported. A second run
changed nothing, and an image pushed through one node was pulled through the other.
`);
  for (const [what, seconds] of timings)
    console.log(`  ${what.padEnd(28)} ${seconds.toFixed(0).padStart(4)} s`);
  console.log(`
Try next:
  npx mooring run playbooks/shared-storage.yml -i inventories/lab --check --diff    nothing to change
  npm run lab -- exec storage1 sudo docker stop redis-server                        break something …
  npx mooring run playbooks/shared-storage.yml -i inventories/lab                   … and mend it
  npm run lab -- cut harbor1 ; npm run lab -- boot harbor1                          a power cut
  npx mooring inventory -i inventories/lab --graph ; npx mooring doc --list
  npm run lab -- down                                                               remove the lab
`);
}
