import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { modePattern, resolveMode } from '../../../modules/lib/file-mode.ts';

const scratch = mkdtempSync(join(tmpdir(), 'mode-'));
afterAll(() => rmSync(scratch, { recursive: true }));

describe('resolveMode', () => {
  it.each([
    ['0644', undefined, 'file', '0644'],
    ['644', undefined, 'file', '0644'],
    ['02755', undefined, 'directory', '2755'],
    ['u=rwX,g=rX,o=', undefined, 'directory', '0750'],
    ['u=rwX,g=rX,o=', '0600', 'file', '0640'],
    ['+x', '0644', 'file', '0755'],
    ['+w', '0444', 'file', '0644'],
    ['a+w', '0444', 'file', '0666'],
    ['go-rwx', undefined, 'file', '0600'],
  ] as const)('%s from %s for a %s is %s', (mode, current, type, result) => {
    expect(resolveMode(mode, current, type)).toBe(result);
  });

  const modes = [
    'u+s',
    'g=u',
    'o=g-w',
    'ug=rw,o=',
    '+t',
    'a=rX',
    'u=s',
    'g+s,o+t',
    '=r',
    'ugo=rwx',
    'u+x,g-x',
  ];
  const starts = ['0644', '0755', '2770', '1777', '0000', '4711'];
  const cases = starts.flatMap((start) => [
    { start, type: 'file' as const },
    { start, type: 'directory' as const },
  ]);
  it.each(modes)('chmod %s gives what the real chmod gives', (mode) => {
    for (const { start, type } of cases) {
      const path = join(scratch, `${type}-${mode}-${start}`.replaceAll('/', '_'));
      execFileSync(type === 'file' ? 'touch' : 'mkdir', [path]);
      execFileSync('sh', ['-c', 'umask 022; chmod "$1" "$3"; chmod -- "$2" "$3"', 'sh', start, mode, path]);
      const real = execFileSync('stat', ['-c', '%a', path], { encoding: 'utf8' }).trim().padStart(4, '0');
      expect(resolveMode(mode, start, type)).toBe(real);
    }
  });

  it('refuses what chmod would', () => {
    expect(() => resolveMode('u?x', '0644', 'file')).toThrow(/not a mode/);
  });
});

describe('modePattern', () => {
  it.each(['0644', '644', '02755', 'u=rwX,g-w', '+x', 'a=r'])('takes %s', (mode) => {
    expect(mode).toMatch(new RegExp(modePattern));
  });
  it.each(['64', '0648', 'rw-r--r--', '', '01204567', 'u'])('refuses %j', (mode) => {
    expect(mode).not.toMatch(new RegExp(modePattern));
  });
});
