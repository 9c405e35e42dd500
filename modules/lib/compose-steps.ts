import { quoteWord, type Step } from '../../src/module/index.ts';
import type { Decision } from './compose.ts';
import type { Container } from './docker.ts';

/** The compose program and the words every call of it begins with. */
export interface ComposeCall {
  /** Shell text up to the subcommand, quoted. */
  readonly command: string;
  readonly directory: string;
  readonly project: string;
  readonly files: readonly string[];
  readonly version: 1 | 2;
}

interface ProjectParams {
  readonly project_src: string;
  readonly project_name: string;
  readonly files?: readonly string[];
  readonly env_files?: readonly string[];
  readonly profiles?: readonly string[];
}

/** The project name compose derives from a directory: lower case, only letters, digits, `_` and `-`. */
export function projectName(directory: string): string {
  const name = directory.replace(/\/+$/, '').split('/').at(-1) ?? '';
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]/g, '')
    .replace(/^[_-]+/, '');
}

/** Builds the beginning of every compose command line for a project. */
export function composeCall(tool: 'v1' | 'v2' | 'v2-standalone', params: ProjectParams): ComposeCall {
  const program = tool === 'v2' ? ['docker', 'compose'] : ['docker-compose'];
  const options = [
    ...(params.files ?? []).flatMap((file) => ['-f', file]),
    ...(params.env_files ?? []).flatMap((file) => ['--env-file', file]),
    ...(params.profiles ?? []).flatMap((profile) => ['--profile', profile]),
    '-p',
    params.project_name,
  ];
  return {
    command: [...program, ...options].map(quoteWord).join(' '),
    directory: params.project_src,
    project: params.project_name,
    files: params.files ?? [],
    version: tool === 'v1' ? 1 : 2,
  };
}

interface UpParams {
  readonly services?: readonly string[];
  readonly pull: 'missing' | 'always' | 'never';
  readonly recreate: 'auto' | 'always' | 'never';
  readonly remove_orphans: boolean;
  readonly timeout: number;
}

/** `compose up -d`; when it fails, the last log lines of the containers that failed follow on stderr. */
export function upStep(call: ComposeCall, params: UpParams, decisions: readonly Decision[]): Step {
  const options = [
    ...(params.recreate === 'always' ? ['--force-recreate'] : []),
    ...(params.recreate === 'never' ? ['--no-recreate'] : []),
    ...(params.remove_orphans ? ['--remove-orphans'] : []),
    ...(call.version === 2 && params.pull !== 'missing' ? ['--pull', params.pull] : []),
  ];
  const services = (params.services ?? []).map(quoteWord).join(' ');
  const pull = call.version === 1 && params.pull === 'always' ? `${call.command} pull ${services} && ` : '';
  const up = `${pull}${call.command} up -d ${options.join(' ')} ${services}`;
  const summary = decisions.map((item) => `${item.action} ${item.service} (${item.why})`).join(', ');
  return {
    kind: 'run',
    summary: summary === '' ? 'pull images and recreate what changed' : summary,
    script: `${up} && exit 0\nrc=$?\n${failingLogs(call)} >&2\nexit $rc`,
    cwd: call.directory,
    long: true,
    timeoutMs: params.timeout * 1000,
    predicts: decisions.map((item) => ({
      kind: 'container',
      name: item.service,
      present: item.action !== 'remove',
    })),
    diff: [diffOf(call, decisions)],
  };
}

/** Waits until every container of the services runs and is healthy where it has a health check. */
export function waitStep(call: ComposeCall, services: readonly string[], timeoutMs: number): Step {
  const script = `bad=
for service in ${services.map(quoteWord).join(' ')}; do
  ids=$(docker ps -aq --filter label=com.docker.compose.project=${quoteWord(call.project)} --filter "label=com.docker.compose.service=$service")
  [ -n "$ids" ] || bad="$bad $service: no container;"
  for id in $ids; do
    state=$(docker inspect -f '{{.State.Status}}{{if .State.Health}} {{.State.Health.Status}}{{end}}' "$id")
    case "$state" in running | 'running healthy') ;; *) bad="$bad $service: $state;" ;; esac
  done
done
[ -z "$bad" ] && exit 0
echo "not ready:$bad"
${failingLogs(call)}
exit 1`;
  return {
    kind: 'wait',
    summary: `wait until ${services.join(', ')} ${services.length === 1 ? 'is' : 'are'} ready`,
    until: { kind: 'command', script },
    timeoutMs,
    intervalMs: 1000,
  };
}

export function stopStep(
  call: ComposeCall,
  params: { readonly timeout: number },
  services: readonly string[],
): Step {
  return plainStep(call, params.timeout, `stop ${services.join(', ')}`, ['stop', ...services]);
}

export function restartStep(
  call: ComposeCall,
  params: { readonly timeout: number; readonly services?: readonly string[] },
): Step {
  const services = params.services ?? [];
  const summary = `restart ${services.length > 0 ? services.join(', ') : `all services of ${call.project}`}`;
  return plainStep(call, params.timeout, summary, ['restart', ...services]);
}

export function downStep(
  call: ComposeCall,
  params: { readonly timeout: number; readonly remove_volumes: boolean; readonly remove_orphans: boolean },
  containers: readonly Container[],
): Step {
  const options = [
    ...(params.remove_volumes ? ['--volumes'] : []),
    ...(params.remove_orphans ? ['--remove-orphans'] : []),
  ];
  const summary = `remove ${containers.map((item) => item.name).join(', ')}`;
  return plainStep(call, params.timeout, summary, ['down', ...options]);
}

function plainStep(call: ComposeCall, timeout: number, summary: string, words: readonly string[]): Step {
  const script = `${call.command} ${words.map(quoteWord).join(' ')}`;
  return { kind: 'run', summary, script, cwd: call.directory, long: true, timeoutMs: timeout * 1000 };
}

function diffOf(
  call: ComposeCall,
  decisions: readonly Decision[],
): { header: string; before: string; after: string } {
  const past = { create: 'created', recreate: 'recreated', start: 'started', remove: 'removed' };
  const before = decisions
    .filter((item) => item.action !== 'create')
    .map(
      (item) => `${item.service}: as it was
`,
    );
  const after = decisions.map(
    (item) => `${item.service}: ${past[item.action]}, ${item.why}
`,
  );
  return { header: `compose project ${call.project}`, before: before.join(''), after: after.join('') };
}

/** Shell text that prints the last lines of containers that do not do well. */
function failingLogs(call: ComposeCall): string {
  return `for id in $(docker ps -aq --filter label=com.docker.compose.project=${quoteWord(call.project)}); do
  state=$(docker inspect -f '{{.Name}} {{.State.Status}} {{.State.ExitCode}}{{if .State.Health}} {{.State.Health.Status}}{{end}}' "$id")
  case "$state" in
    *' exited 0'* | *' running 0' | *' running 0 healthy' | *' running 0 starting') ;;
    *) echo "--- last lines of $state"; docker logs --tail 20 "$id" 2>&1 ;;
  esac
done`;
}
