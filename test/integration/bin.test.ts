import { execFile, execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mooring as fromSources, localHosts } from '../cli/mooring.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);
let place: string;

/** The program as it is installed: built, without any of the sources. */
beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), 'mooring-bin-'));
  cpSync(join(root, 'bin'), join(place, 'bin'), { recursive: true });
  cpSync(join(root, 'package.json'), join(place, 'package.json'));
  symlinkSync(join(root, 'node_modules'), join(place, 'node_modules'));
  execFileSync(process.execPath, ['--import', 'tsx', join(root, 'scripts/build.ts'), place], { cwd: root });
  writeFileSync(join(place, 'hosts.yml'), localHosts);
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

const program = () => join(place, 'bin/mooring.js');

async function mooring(words: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const options = { env: { ...process.env, ...env }, timeout: 50_000 };
  try {
    return { code: 0, ...(await run(process.execPath, [program(), ...words], options)) };
  } catch (error) {
    return error as { code: number; stdout: string; stderr: string };
  }
}

const shell = (text: string) => run('sh', ['-c', text], { env: { ...process.env, PROGRAM: program() } });

describe('the built program', () => {
  it('says its version', async () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    expect(await mooring(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it.each([
    [['--help'], 0],
    [['doc', '--list'], 0],
    [['doc', 'moutn'], 1],
    [['bogus'], 5],
  ])('%j ends with %i', async (words, code) => {
    expect(await mooring(words)).toMatchObject({ code });
  });

  it.each([['--help'], ['run', '--help']])('%s %s prints what the sources print', async (...words) => {
    const { stdout } = await fromSources(...words);
    expect(stdout).toContain('Options:');
    expect((await mooring(words)).stdout).toBe(stdout);
  });

  it('comes with what V8 compiled of it, and starts as well where that is spoilt or missing', async () => {
    const { stdout } = await mooring(['doc', 'ping']);
    const folder = join(place, 'dist');
    const [cache, ...others] = readdirSync(folder).filter((name) => name.endsWith('.cache'));
    expect(others).toEqual([]);
    writeFileSync(join(folder, `${cache}`), 'spoilt');
    expect(await mooring(['doc', 'ping'])).toMatchObject({ code: 0, stdout });
    rmSync(join(folder, `${cache}`));
    expect(await mooring(['doc', 'ping'])).toMatchObject({ code: 0, stdout });
    expect((await mooring(['run', '--list-tasks', join(place, 'none.yml')])).code).toBe(1);
    expect(readdirSync(folder).sort()).toEqual(['mooring.cjs', cache].sort());
  });

  it('says how to build it where that was not done', async () => {
    const bare = mkdtempSync(join(tmpdir(), 'mooring-bare-'));
    cpSync(join(root, 'bin'), join(bare, 'bin'), { recursive: true });
    cpSync(join(root, 'package.json'), join(bare, 'package.json'));
    const ended = run(process.execPath, [join(bare, 'bin/mooring.js'), '--version']);
    await expect(ended).rejects.toMatchObject({ stderr: expect.stringContaining('npm run build') });
    rmSync(bare, { recursive: true });
  });

  it('ends though something still holds the event loop', async () => {
    const lingering = '--import=data:text/javascript,setInterval(()=>undefined,1e6)';
    const ended = await mooring(['doc', 'ping'], { NODE_OPTIONS: lingering });
    expect(ended).toMatchObject({ code: 0, stdout: expect.stringContaining('# ping') });
  });

  it('gives a slow reader all of its output', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 4000 }, (_, index) => [`h${index}`, { note: 'x'.repeat(200) }]),
    );
    writeFileSync(join(place, 'many.yml'), JSON.stringify({ all: { hosts: many } }));
    const command = `"$PROGRAM" inventory -i ${join(place, 'many.yml')} --list`;
    const { stdout } = await shell(`node ${command} | { sleep 1; wc -c; }`);
    const whole = await shell(`node ${command} > ${place}/out; wc -c < ${place}/out`);
    expect(Number(whole.stdout)).toBeGreaterThan(1_000_000);
    expect(Number(stdout)).toBe(Number(whole.stdout));
  });

  it('minds no reader that goes away', async () => {
    const { stdout, stderr } = await shell('node "$PROGRAM" doc --list | head -1');
    expect(stdout.split('\n')).toHaveLength(2);
    expect(stderr).toBe('');
  });

  it('ends with 99 and a recap after Ctrl-C', async () => {
    const playbook = join(place, 'slow.yml');
    writeFileSync(playbook, '- hosts: h1\n  tasks:\n    - command: sleep 2\n    - command: echo second\n');
    const child = spawn(process.execPath, [program(), 'run', playbook, '-i', join(place, 'hosts.yml')]);
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      if (said.includes('TASK [') === false && `${said}${chunk}`.includes('TASK [')) child.kill('SIGINT');
      said += chunk;
    });
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect(said).toMatch(/^h1 +: ok=/m);
    expect(said).not.toContain('second');
    expect(code).toBe(99);
  });
});
