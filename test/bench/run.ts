/**
 * npm run bench -- [--quick] [--no-peers] [--only CASE,CASE] [--out FOLDER]
 *
 * Sets up sshd on loopback, runs the cases of cases.ts, prints tables and verdicts, and writes results.json,
 * results.md and converged.svg into FOLDER (docs/bench). docs/performance.md tells the rest.
 *
 * Works in a network name space with nothing but loopback, so that sshd may listen on all of 127/8 and nobody
 * else can reach it; needs root for that and for the target's user.
 */
import { execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { build } from 'esbuild';
import { type BenchCase, selectCases } from './cases.ts';
import { chartSvg } from './chart.ts';
import { runCommands } from './commands.ts';
import type { CompetitorName } from './competitors.ts';
import { describeMachine } from './machine.ts';
import { installedPeers, installPrograms } from './peers.ts';
import { reportText } from './report.ts';
import type { BenchResults, CaseResult } from './results.ts';
import { runCase } from './run-case.ts';
import { startTarget } from './target.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const inside = 'MOORING_BENCH_INSIDE';

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    peers: { type: 'boolean', default: true },
    commands: { type: 'boolean', default: true },
    only: { type: 'string', default: '' },
    out: { type: 'string', default: join(root, 'docs/bench') },
  },
  allowNegative: true,
});

process.exitCode = process.env[inside] ? await bench() : await enter();

/** Installs what is missing and builds, then goes on in a network name space of its own. */
async function enter(): Promise<number> {
  if (process.getuid?.() !== 0) {
    say('the benchmark needs root: it makes a user, an sshd and a network name space');
    return 1;
  }
  await installPrograms(options.peers, say);
  await promisify(execFile)(process.execPath, ['--import', 'tsx', 'scripts/build.ts'], { cwd: root });
  const script = 'ip link set lo up && exec "$0" "$@"';
  const self = [process.execPath, '--import', 'tsx', ...process.argv.slice(1)];
  return await new Promise((done) => {
    const child = spawn('unshare', ['--net', 'sh', '-c', script, ...self], {
      env: { ...process.env, [inside]: '1' },
      cwd: root,
      stdio: 'inherit',
    });
    child.once('exit', (code) => done(code ?? 1));
  });
}

async function bench(): Promise<number> {
  const only = options.only.split(',').filter((id) => id !== '');
  const directory = await mkdtemp(join(tmpdir(), 'mooring-bench-'));
  try {
    const machine = await describeMachine();
    const chosen = selectCases({ quick: options.quick, only });
    const results: BenchResults = {
      date: new Date().toISOString().slice(0, 10),
      machine,
      cases: await runCases(chosen, directory),
      commands: options.commands ? await runCommands(root, directory, { quick: options.quick, say }) : [],
    };
    const out = resolve(options.out);
    await mkdir(out, { recursive: true });
    await writeFile(join(out, 'results.json'), `${JSON.stringify(results, undefined, 2)}\n`);
    await writeFile(join(out, 'results.md'), reportText(results));
    await writeFile(join(out, 'converged.svg'), chartSvg(results, ['converged-1', 'converged-10']));
    process.stdout.write(reportText(results));
    return results.cases.some(({ failures }) => Object.keys(failures).length > 0) ? 1 : 0;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function runCases(chosen: readonly BenchCase[], directory: string): Promise<CaseResult[]> {
  const floorProgram = await buildFloor();
  const available = new Set<CompetitorName>(['mooring', 'mooring-kept', 'check', 'floor', 'floor-serial']);
  if (options.peers) for (const name of installedPeers()) available.add(name);
  const ports = { 'one host': 22, 'many hosts': 2022 } as const;
  const targets = {
    'one host': await startTarget({ port: ports['one host'], maxStartups: '10:30:100' }),
    'many hosts': await startTarget({ port: ports['many hosts'], maxStartups: '1000' }),
  };
  try {
    const results: CaseResult[] = [];
    for (const item of chosen) {
      const target = targets[item.sshd];
      const port = ports[item.sshd];
      results.push(await runCase(item, { root, directory, floorProgram, target, port, available, say }));
    }
    return results;
  } finally {
    for (const target of Object.values(targets)) await target.stop();
    await rm(floorProgram, { force: true });
  }
}

/** As plain JavaScript, beside node_modules: it must not pay for a compiler at its start. */
async function buildFloor(): Promise<string> {
  const outfile = join(root, 'node_modules/.cache/mooring-bench-floor.mjs');
  await build({
    entryPoints: [join(root, 'test/bench/floor.ts')],
    outfile,
    format: 'esm',
    platform: 'node',
    logLevel: 'warning',
  });
  return outfile;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
