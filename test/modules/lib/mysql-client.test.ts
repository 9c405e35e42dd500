import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clientCall, type Server } from '../../../modules/lib/mysql/client.ts';

let bin: string;

/** Programs that say how they were called: docker runs the command as the container would. */
beforeAll(() => {
  bin = mkdtempSync(join(tmpdir(), 'mooring-mysql-'));
  const programs = {
    docker:
      'shift 2; [ "$1" = -e ] && shift 2; container=$1; shift; MYSQL_ROOT_PASSWORD="root of $container" "$@"',
    mysql: 'printf "%s|" "$MYSQL_PWD" "$@"',
  };
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(bin, name), 0o755);
  }
});
afterAll(() => rmSync(bin, { recursive: true }));

test.each<[string, Server, string]>([
  ['a container with its own password', { container: 'db' }, 'root of db|--user=root|-x|a b|-N|-B|'],
  ['a container', { container: 'db', login_password: 'p' }, 'p|--user=root|-x|a b|-N|-B|'],
  [
    'a server by address',
    { login_host: '10.0.0.1', login_user: 'u', login_password: 'p' },
    'p|--host=10.0.0.1|--port=3306|--protocol=tcp|--user=u|-x|a b|-N|-B|',
  ],
])('hands arguments given and appended to the client of %s', (_name, server, expected) => {
  const call = clientCall(server, 'mysql', ['-x', 'a b']);
  const env = { PATH: `${bin}:${process.env['PATH']}`, ...call.env };
  expect(spawnSync('sh', ['-c', `${call.command} -N -B`], { env }).stdout.toString()).toBe(expected);
});
