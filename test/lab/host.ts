/** One host: a systemd-nspawn container that behaves as a machine, with disks that outlive it. */

import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { joinGroupScript, removeGroups } from './cgroups.ts';
import { copyDockerTemplate } from './docker-template.ts';
import { type LabFile, writeFiles } from './files.ts';
import { hostKeyFile, publicKey } from './keys.ts';
import { type Layer, overlayOptions } from './layers.ts';
import { bridge, inNetwork, nameServer } from './network.ts';
import { inCache, inRun } from './paths.ts';
import { run, runScript, tryRun } from './process.ts';
import type { LabHost, Site } from './site.ts';

/** What fresh hosts are made from. */
export interface HostParts {
  readonly root: Layer;
  readonly dockerTemplate: string;
}

const POWEROFF_TIMEOUT_MS = 15_000;

/** Gives a host fresh disks: an empty layer over the base, Docker with its images, empty data disks. */
export async function makeDisks(site: Site, host: LabHost, parts: HostParts): Promise<void> {
  const disks = disksOf(site, host);
  await dropDisks(site, host);
  mkdirSync(disks.upper, { recursive: true });
  mkdirSync(disks.work);
  for (const disk of host.disks) mkdirSync(disks.data(disk));
  await copyDockerTemplate(parts.dockerTemplate, disks.docker);
  writeFileSync(disks.stack, JSON.stringify(parts.root.stack));
  const staged = `${disks.upper}.files`;
  writeFiles(staged, personalFiles(site, host));
  await runScript(
    `
${mountRoot(site, host)}
tar -C '${staged}' -c . | tar -C "$root" -x --no-overwrite-dir
chown -R --reference="$root/home/ops" "$root/home/ops/.ssh"`,
    ['unshare', '--mount'],
  );
  rmSync(staged, { recursive: true });
}

/** True when the host has disks it can start with, be it running or not. */
export function hasDisks(site: Site, host: LabHost): boolean {
  return existsSync(disksOf(site, host).stack) && stackOf(site, host).every((layer) => existsSync(layer));
}

/** Removes a stopped host's disks. */
export async function dropDisks(site: Site, host: LabHost): Promise<void> {
  await run(['rm', '-rf', '--one-file-system', disksOf(site, host).folder]);
}

/** Switches a host on, with the disks it has. It boots in the background. */
export async function powerOn(site: Site, host: LabHost): Promise<void> {
  if (runningPid(site, host) !== undefined) throw new Error(`${host.name} is running already`);
  // What a killed command left of the host, its process 1 among it.
  await cutPower(site, host);
  const folder = inRun(site.name, host.name);
  mkdirSync(folder, { recursive: true });
  const console = openSync(inRun(site.name, host.name, 'console.log'), 'a');
  // nspawn's own folder on a tmpfs: where /run is a disk, it refuses to clean up, and a reboot ends as a power-off.
  const ownFolder = 'mkdir -p /run/systemd/nspawn; mount -t tmpfs tmpfs /run/systemd/nspawn';
  const script = `${mountRoot(site, host)}\n${ownFolder}\n${onSystemd() ? '' : joinGroupScript(groupOf(site, host))}\nexec ${nspawn(site, host)}`;
  const argv = inNetwork(site, 'unshare', '--mount', 'sh', '-euc', script);
  const [file = '', ...args] = onSystemd() ? [...asUnit(site, host), ...argv] : argv;
  const child = spawn(file, args, { detached: true, stdio: ['ignore', console, console], cwd: '/' });
  child.unref();
  writeFileSync(pidFile(site, host), `${child.pid}\n`);
}

/** Asks a host to power off and waits for it; after 15 s its power is cut. */
export async function powerOff(site: Site, host: LabHost): Promise<void> {
  const init = initPid(site, host);
  // SIGRTMIN+4 is systemd's power-off.
  if (init !== undefined) await tryRun(['kill', '-s', 'RTMIN+4', String(init)]);
  const deadline = Date.now() + POWEROFF_TIMEOUT_MS;
  while (runningPid(site, host) !== undefined && Date.now() < deadline) await delay(50);
  await cutPower(site, host);
}

/** Cuts a host's power: nothing in it gets to run another instruction. */
export async function cutPower(site: Site, host: LabHost): Promise<void> {
  const pids = [initPid(site, host), runningPid(site, host)].filter((pid) => pid !== undefined);
  for (const pid of pids) await tryRun(['kill', '-9', String(pid)]);
  while (runningPid(site, host) !== undefined) await delay(20);
  if (onSystemd()) await tryRun(['systemctl', 'stop', `${unitOf(site, host)}.scope`]);
  else await removeGroups(groupOf(site, host));
  // The kernel removes the pair of interfaces with the host's namespace, a moment later; its name must be free.
  while ((await tryRun(inNetwork(site, 'ip', 'link', 'show', port(host)))).code === 0) await delay(20);
  rmSync(pidFile(site, host), { force: true });
}

/** Plugs or pulls a host's network cable at the bridge. */
export async function setLink(site: Site, host: LabHost, state: 'up' | 'down'): Promise<void> {
  await run(inNetwork(site, 'ip', 'link', 'set', port(host), state));
}

/** True while the host runs. */
export function isRunning(site: Site, host: LabHost): boolean {
  return runningPid(site, host) !== undefined;
}

/**
 * The argv that runs a command inside a running host, past its network.
 * @throws Error when the host does not run.
 */
export function inHost(site: Site, host: LabHost, ...argv: readonly string[]): string[] {
  const init = initPid(site, host);
  if (init === undefined) throw new Error(`${host.name} is not running`);
  const environment = [
    'env',
    '-i',
    'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    'HOME=/root',
  ];
  return [
    'nsenter',
    '-t',
    String(init),
    '-m',
    '-u',
    '-i',
    '-n',
    '-p',
    '-C',
    '-r',
    '-w',
    ...environment,
    ...argv,
  ];
}

interface Disks {
  readonly folder: string;
  readonly upper: string;
  readonly work: string;
  readonly docker: string;
  readonly data: (path: string) => string;
  /** Remembers which layers the upper one belongs to. */
  readonly stack: string;
}

function disksOf(site: Site, host: LabHost): Disks {
  const folder = inCache('sites', site.name, host.name);
  return {
    folder,
    upper: `${folder}/root`,
    work: `${folder}/work`,
    docker: `${folder}/docker`,
    data: (path) => `${folder}/disk${path.replaceAll('/', '-')}`,
    stack: `${folder}/stack.json`,
  };
}

function stackOf(site: Site, host: LabHost): string[] {
  return JSON.parse(readFileSync(disksOf(site, host).stack, 'utf8'));
}

/** Shell text that mounts the host's root at $root, seen by nobody outside the mount namespace it runs in. */
function mountRoot(site: Site, host: LabHost): string {
  const disks = disksOf(site, host);
  const root = inRun(site.name, host.name, 'root');
  return `root='${root}'
mkdir -p "$root"
mount -t overlay overlay -o '${overlayOptions(stackOf(site, host), disks.upper, disks.work)}' "$root"`;
}

function nspawn(site: Site, host: LabHost): string {
  const disks = disksOf(site, host);
  const binds = [
    `${disks.docker}:/var/lib/docker`,
    ...host.disks.map((path) => `${disks.data(path)}:${path}`),
    '/dev/fuse',
  ];
  return [
    'systemd-nspawn --quiet --register=no --keep-unit --boot --console=read-only --directory="$root"',
    `--machine=${host.name} --hostname=${host.name} --network-bridge=${bridge}`,
    "--capability=all --system-call-filter='@keyring bpf open_by_handle_at' --resolv-conf=off --timezone=off --link-journal=no",
    ...binds.map((bind) => `--bind='${bind}'`),
  ].join(' ');
}

function personalFiles(site: Site, host: LabHost): LabFile[] {
  const names = site.hosts.map((each) => `${each.address} ${each.name}\n`).join('');
  const hostKey = hostKeyFile(site, host);
  return [
    { path: '/etc/hostname', content: `${host.name}\n` },
    { path: '/etc/machine-id', content: `${randomUUID().replaceAll('-', '')}\n`, mode: 0o444 },
    { path: '/etc/hosts', content: `127.0.0.1 localhost\n${names}` },
    { path: '/etc/resolv.conf', content: `nameserver ${nameServer}\n` },
    {
      path: '/etc/mooring-lab/network',
      content: `ADDRESS=${host.address}/${site.prefix}\nGATEWAY=${site.gateway}\n`,
    },
    { path: '/etc/ssh/ssh_host_ed25519_key', source: hostKey, mode: 0o600 },
    { path: '/etc/ssh/ssh_host_ed25519_key.pub', source: `${hostKey}.pub` },
    { path: '/root/.ssh/authorized_keys', content: publicKey(), mode: 0o600 },
    { path: '/home/ops/.ssh/authorized_keys', content: publicKey(), mode: 0o600 },
  ];
}

/** Name of the host's interface at the bridge, as systemd-nspawn gives it. */
function port(host: LabHost): string {
  return `vb-${host.name}`.slice(0, 15);
}

function groupOf(site: Site, host: LabHost): string {
  return `${site.name}-${host.name}`;
}

function unitOf(site: Site, host: LabHost): string {
  return `mooring-lab-${groupOf(site, host)}`;
}

function pidFile(site: Site, host: LabHost): string {
  return inRun(site.name, host.name, 'pid');
}

/** The process of systemd-nspawn. */
function runningPid(site: Site, host: LabHost): number | undefined {
  const file = pidFile(site, host);
  if (!existsSync(file)) return undefined;
  const pid = Number(readFileSync(file, 'utf8'));
  const stat = readOr(`/proc/${pid}/stat`);
  const isOurs = readOr(`/proc/${pid}/cmdline`).includes(dirname(file));
  return isOurs && !/\) [ZX] /.test(stat) ? pid : undefined;
}

/** The host's own process 1, seen from here. */
function initPid(site: Site, host: LabHost): number | undefined {
  const outer = runningPid(site, host);
  const children = readOr(`/proc/${outer}/task/${outer}/children`)
    .trim()
    .split(' ')
    .filter(Boolean)
    .map(Number);
  return children.find((pid) => /^NSpid:.*\t1$/m.test(readOr(`/proc/${pid}/status`)));
}

function readOr(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** Where systemd runs the control machine, a host is a unit of its own, so that it outlives the shell that began it. */
function onSystemd(): boolean {
  return existsSync('/run/systemd/system');
}

function asUnit(site: Site, host: LabHost): string[] {
  const unit = `--unit=${unitOf(site, host)}`;
  return ['systemd-run', '--scope', '--quiet', '--collect', unit, '-pDelegate=yes', '-pTasksMax=infinity'];
}
