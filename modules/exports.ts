import { defineModule, type HostAccess, type Plan, type Step } from '../src/module/index.ts';
import { readConfigText } from './lib/config-text.ts';
import { clientsOf, type DesiredClient, removeExport, setExport } from './lib/exports/edit.ts';
import { isLiveAsDesired, type LiveExport, parseLiveExports } from './lib/exports/live.ts';
import { optionsFault } from './lib/exports/options.ts';
import { desiredClients, type ExportsParams, exportsParams } from './lib/exports/params.ts';
import { clientFault } from './lib/exports/safety.ts';

const followStep: Step = {
  kind: 'run',
  summary: 'make the NFS server follow /etc/exports',
  // On failure without its many remarks on a default that changed in 2004, which would bury the reason.
  script: `messages=$(exportfs -ra 2>&1) && exit 0
code=$?
printf '%s\\n' "$messages" | grep -v -e subtree_check -e 'default has changed' -e '^$' |
  sed 's/^exportfs:[[:space:]]*//' | tr '\\n' ' ' >&2
exit "$code"`,
};

interface Current {
  /** The file's text; undefined = there is no file. */
  readonly text: string | undefined;
  /** Clients that other files of /etc/exports.d export the same path to. */
  readonly elsewhere: readonly DesiredClient[];
  /** undefined = exportfs is not there (yet). */
  readonly live: readonly LiveExport[] | undefined;
  /** The package with exportfs is installed, or would be by an earlier task. */
  readonly installed: boolean;
  readonly directory: boolean;
  /** Names as the server resolves them: exportfs shows a host by its canonical name. */
  readonly canonical: Readonly<Record<string, string>>;
}

export const exports = defineModule({
  name: 'exports',
  summary: 'Export a directory over NFS to certain clients.',
  notes: [
    'Keeps one line of /etc/exports: order, comments, continuation lines and every other line stay byte for byte, and a line that already means the same is left as it is. Then `exportfs -ra` makes the server follow.',
    'What the server really exports is compared too, so an export taken off by hand comes back.',
    'Exporting to the whole world (`*`) with `no_root_squash` is refused unless `allow_insecure: true`: root of any machine that reaches the server could change every file.',
  ],
  kind: 'state',
  params: exportsParams,
  examples: `- name: Images for the two Harbor nodes only
  exports:
    path: /data/registry
    clients:
      - { host: 192.168.198.133, options: 'rw,sync,no_subtree_check' }
      - 192.168.198.135(rw,sync,no_subtree_check)
    comment: registry storage

- exports: { path: /srv/iso, clients: ['*'], options: [ro, all_squash] }

- exports: { path: /srv/old, state: absent }
`,
  returns: { clients: 'the clients exported to, as {host, options}' },
  read: readExports,
  plan: planExports,
});

async function readExports(host: HostAccess, params: ExportsParams): Promise<Current> {
  const [text, drop, shown, server, directory] = await Promise.all([
    readConfigText(host, params.file),
    readDropIns(host, params),
    host.run(['exportfs', '-v']),
    host.package('nfs-kernel-server'),
    host.stat(params.path, { follow: true }),
  ]);
  const live = shown.exitCode === 127 ? undefined : parseLiveExports(shown.stdout);
  return {
    text,
    elsewhere: drop,
    live,
    installed: server.installed,
    directory: directory?.type === 'directory',
    canonical: await canonicalNames(host, desiredClients(params), live ?? []),
  };
}

/** What the other files that exportfs reads say of the same path. */
async function readDropIns(host: HostAccess, params: ExportsParams): Promise<DesiredClient[]> {
  const names = (await host.list('/etc/exports.d')) ?? [];
  const paths = ['/etc/exports', ...names.filter(isDropIn).map((name) => `/etc/exports.d/${name}`)];
  const others = paths.filter((path) => path !== params.file);
  const texts = await Promise.all(others.map((path) => readConfigText(host, path)));
  return texts.flatMap((text) => clientsOf(text ?? '', params.path));
}

function isDropIn(name: string): boolean {
  return name.endsWith('.exports') && !name.startsWith('.');
}

/** Asked only for host names that exportfs does not show as they were written. */
async function canonicalNames(
  host: HostAccess,
  clients: readonly DesiredClient[],
  live: readonly LiveExport[],
): Promise<Record<string, string>> {
  const shown = new Set(live.map((entry) => entry.host));
  const names = clients
    .map((client) => client.host)
    .filter((name) => /^[a-z][a-z0-9.-]*$/i.test(name) && !shown.has(name));
  if (names.length === 0 || live.length === 0) return {};
  const replies = await Promise.all(names.map((name) => host.run(['getent', 'ahosts', name])));
  return Object.fromEntries(
    names.flatMap((name, index) => {
      const canonical = replies[index]?.stdout.split('\n')[0]?.split(/\s+/)[2];
      return canonical ? [[name, canonical]] : [];
    }),
  );
}

function planExports(params: ExportsParams, current: Current): Plan {
  const clients = params.state === 'present' ? desiredClients(params) : [];
  const fault = faultOf(params, clients, current);
  if (fault) return { steps: [], failure: fault };
  const before = current.text ?? '';
  const after =
    params.state === 'present'
      ? setExport(before, params.path, clients, params.comment)
      : removeExport(before, params.path);
  const wanted = [...clients, ...current.elsewhere];
  const follows = isLiveAsDesired(params.path, wanted, current.live ?? [], current.canonical);
  const steps: Step[] = [];
  if (after !== before) {
    steps.push({
      kind: 'put',
      summary: summaryOf(params, clients),
      path: params.file,
      content: { text: after },
      ...(current.text === undefined ? { mode: '0644' } : { before }),
      backup: params.backup && current.text !== undefined,
    });
  }
  const absentAnyway = params.state === 'absent' && current.live === undefined && !current.installed;
  if ((after !== before || !follows) && !absentAnyway) {
    steps.push(followStep);
  }
  return {
    steps,
    values: { clients: clients.map(({ host, options }) => ({ host, options: [...options] })) },
  };
}

function faultOf(
  params: ExportsParams,
  clients: readonly DesiredClient[],
  current: Current,
): string | undefined {
  if (params.state === 'absent') return undefined;
  if (clients.length === 0) return 'clients is needed: who may mount it';
  for (const client of clients) {
    const fault = optionsFault(client.options) ?? clientFault(client, params.allow_insecure);
    if (fault) return `client ${client.host}: ${fault}`;
  }
  const hosts = clients.map((client) => client.host);
  const repeated = hosts.find((host, index) => hosts.indexOf(host) !== index);
  if (repeated !== undefined) return `client ${repeated} is named twice`;
  if (current.live === undefined && !current.installed) {
    return 'exportfs is not there; install an NFS server first (Debian: nfs-kernel-server)';
  }
  return current.directory ? undefined : `${params.path} is no directory on this host`;
}

function summaryOf(params: ExportsParams, clients: readonly DesiredClient[]): string {
  if (params.state === 'absent') return `take ${params.path} out of ${params.file}`;
  return `export ${params.path} to ${clients.map((client) => client.host).join(', ')}`;
}
