import { createHmac } from 'node:crypto';
import { statSync } from 'node:fs';
import type { SshRoute } from '../ssh-connect.ts';

/** Variables that differ from one terminal to the next and say nothing about the way to a host. */
const passing = [
  ...['_', 'SHLVL', 'PWD', 'OLDPWD', 'TERM', 'COLORTERM', 'COLUMNS', 'LINES', 'WINDOWID', 'TERM_SESSION_ID'],
  ...['TMUX', 'TMUX_PANE', 'STY', 'SSH_CLIENT', 'SSH_CONNECTION', 'SSH_TTY', 'XDG_SESSION_ID'],
];

/**
 * What a kept connection is found by: everything that decides whom one talks to and as whom. Another password,
 * another key file (or the same name with another content) is another connection. Known host keys are not in
 * it: they are looked at each time.
 *
 * @param salt of the broker; without it nobody can try passwords against a key
 */
export function connectionKey(route: SshRoute, salt: string): string {
  return createHmac('sha256', salt)
    .update(JSON.stringify(partsOf(route)))
    .digest('base64');
}

function partsOf(route: SshRoute): unknown {
  const { spec, settings, hop, surroundings } = route;
  const { connectTimeoutMs: _, argsForHops: __, ...deciding } = settings;
  return [
    spec.name,
    deciding,
    settings.identityFiles.map(({ path }) => [fileState(path), fileState(`${path}.pub`)]),
    [spec.password ?? null, spec.privateKeyPassphrase ?? null],
    surroundings ? [surroundings.cwd, lasting(surroundings.env)] : null,
    hop ? partsOf(hop) : null,
  ];
}

function lasting(env: Readonly<Record<string, string | undefined>>): unknown {
  const entries = Object.entries(env).filter(([name]) => !passing.includes(name));
  return entries.sort(([a], [b]) => (a < b ? -1 : 1));
}

function fileState(path: string): string {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stat ? [stat.dev, stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].join(' ') : '';
}
