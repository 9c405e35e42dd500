// npm run demo [-- PATTERN]: a pattern on the lab, with nothing but the public command line.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import * as lab from '../lab/lab.ts';
import { publishSiteFiles } from '../lab/site-files.ts';
import { type Pattern, patterns } from './patterns.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const timings: [string, number][] = [];

process.exitCode = await main(process.argv.slice(2));

async function main([name = 'shared-storage', ...more]: readonly string[]): Promise<number> {
  const pattern = patterns[name];
  if (pattern === undefined || more.length > 0) {
    const asked = name === '--help' || name === '-h';
    console[asked ? 'log' : 'error'](usage());
    return asked ? 0 : 2;
  }
  if (process.getuid?.() !== 0) {
    console.error(`The lab needs root for its namespaces. Run:\n\n    sudo npm run demo -- ${name}\n`);
    return 1;
  }
  return await show(pattern);
}

async function show({ site, inventory, playbook, verification, ...words }: Pattern): Promise<number> {
  await part('lab up, fresh hosts', async () => {
    await lab.up({ site, assumeYes: true });
    await publishSiteFiles(site);
    await lab.reset({ site, assumeYes: true });
  });
  const first = await part('playbook, first run', () => mooring('run', playbook, '-i', inventory));
  if (first.code !== 0) return fail(site, 'the first run failed', first.code);
  const second = await part('playbook, second run', () => mooring('run', playbook, '-i', inventory));
  if (second.code !== 0) return fail(site, 'the second run failed', second.code);
  const drift = second.recap.filter((line) => !/ changed=0 /.test(line));
  if (drift.length > 0) return fail(site, `the second run changed something:\n${drift.join('\n')}`, 1);
  const third = await part('verification', () => mooring('run', verification, '-i', inventory));
  if (third.code !== 0) return fail(site, 'the verification failed', third.code);
  console.log(`\n=== Done\n\n${words.done}\n`);
  for (const [what, seconds] of timings)
    console.log(`  ${what.padEnd(28)} ${seconds.toFixed(0).padStart(4)} s`);
  console.log(`\nTry next:\n${words.next}\n`);
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

function fail(site: string, message: string, code: number): number {
  const command = site === 'lab' ? 'npm run lab --' : `npm run lab -- --site ${site}`;
  console.error(`\nThe demo stopped: ${message}`);
  console.error(`The lab is still up: ${command} ssh harbor1 ; ${command} down`);
  return code === 0 ? 1 : code;
}

function usage(): string {
  const lines = Object.entries(patterns).map(([name, { summary }]) => `  ${name.padEnd(16)} ${summary}`);
  return `usage: npm run demo [-- PATTERN]\n\nBrings up a lab of fresh hosts, runs the pattern's playbook twice, and verifies it.\n\n${lines.join('\n')}\n`;
}
