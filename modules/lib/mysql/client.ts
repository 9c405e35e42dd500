import type { Need } from '../../../src/module/index.ts';
import { quoteWord } from '../../../src/module/index.ts';
import { dockerNeeds } from '../docker.ts';

/** A MySQL-protocol server: in a container on the host, or reached from it by address. */
export interface Server {
  readonly container?: string | undefined;
  readonly login_host?: string | undefined;
  readonly login_port?: number | undefined;
  readonly login_user?: string | undefined;
  readonly login_password?: string | undefined;
}

/** Params of every module that logs in to a server. */
export const loginParams = {
  login_port: { type: 'integer', description: 'Its port, 1 to 65535; default 3306.' },
  login_user: { type: 'string', description: 'User; default root.' },
  login_password: {
    type: 'string',
    writeOnly: true,
    description: 'Password; default: the container’s MYSQL_ROOT_PASSWORD.',
  },
} as const;

/** Shell text that runs a client program, and the environment it needs. */
export interface ClientCall {
  readonly command: string;
  readonly env: Readonly<Record<string, string>>;
  readonly needs: readonly Need[];
}

/**
 * The command line of a client program. The password travels in the environment, never in argv;
 * without one, a container's own MYSQL_ROOT_PASSWORD is used inside it.
 *
 * @param server where the server is
 * @param program `mysql` or `mysqldump`
 * @param args its arguments
 */
export function clientCall(
  server: Server,
  program: 'mysql' | 'mysqldump',
  args: readonly string[],
): ClientCall {
  const user = `--user=${server.login_user ?? 'root'}`;
  const password = server.login_password;
  const env: Record<string, string> = password === undefined ? {} : { MYSQL_PWD: password };
  if (server.container === undefined) {
    const address = [
      `--host=${server.login_host ?? '127.0.0.1'}`,
      `--port=${server.login_port ?? 3306}`,
      '--protocol=tcp',
    ];
    const words = [program, ...address, user, ...args];
    return { command: words.map(quoteWord).join(' '), env, needs: [{ package: 'default-mysql-client' }] };
  }
  const needs = [...dockerNeeds, { container: server.container }];
  const container = quoteWord(server.container);
  if (password !== undefined) {
    const words = [program, user, ...args].map(quoteWord).join(' ');
    return { command: `docker exec -i -e MYSQL_PWD ${container} ${words}`, env, needs };
  }
  const inner = `MYSQL_PWD="$MYSQL_ROOT_PASSWORD" exec ${[program, user, ...args].map(quoteWord).join(' ')} "$@"`;
  // Whoever appends arguments appends them to the shell: "$@" hands them on.
  return { command: `docker exec -i ${container} sh -c ${quoteWord(inner)} sh`, env, needs };
}

/** Quotes an identifier for SQL. */
export function identifier(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

/** Quotes a string literal for SQL under any sql_mode but NO_BACKSLASH_ESCAPES. */
export function literal(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}
