/** The lab as a whole: what its command line, the demo and the end-to-end tests call. */

import { existsSync, rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { baseLayer } from './base-image.ts';
import { preloadedImages } from './docker-images.ts';
import { dockerTemplate } from './docker-template.ts';
import {
  cutPower,
  dropDisks,
  type HostParts,
  hasDisks,
  inHost,
  isRunning,
  makeDisks,
  powerOff,
  powerOn,
  setLink,
} from './host.ts';
import { prepareImages } from './images.ts';
import { publishKeys } from './keys.ts';
import { minimalLayer } from './layers.ts';
import { withLock } from './lock.ts';
import { networkDown, networkIsUp, networkUp } from './network.ts';
import { buildNfsClient, kernelHasNfs, nfsSubstituteLayer } from './nfs-substitute.ts';
import { inRun, runDirectory } from './paths.ts';
import { ensurePrerequisites } from './prerequisites.ts';
import { type RunOptions, type RunResult, tryRun } from './process.ts';
import { say, step } from './progress.ts';
import { hostNamed, type LabHost, type Site, siteNamed } from './site.ts';
import { sshArgv } from './ssh.ts';

export interface LabOptions {
  /** Name of the site, default `lab`. */
  readonly site?: string;
  /** Install missing packages on this machine without asking. */
  readonly assumeYes?: boolean;
}

const BOOT_TIMEOUT_MS = 60_000;
const LOGIN_TIMEOUT_MS = 10_000;

/**
 * Brings a site up; hosts that have disks from before keep them. Does nothing for what is up already.
 * @throws Error when a part cannot be installed or built, or a host does not answer within a minute.
 */
export async function up(options: LabOptions = {}): Promise<void> {
  const site = siteNamed(options.site ?? 'lab');
  await exclusively(site, 'up', async () => {
    await ensurePrerequisites(options.assumeYes ?? false);
    const parts = await buildParts();
    await start(site, parts, (host) => !hasDisks(site, host));
  });
}

/** As {@link up}, but every host is fresh afterwards: nothing of its former disks is left. */
export async function reset(options: LabOptions = {}): Promise<void> {
  const site = siteNamed(options.site ?? 'lab');
  await exclusively(site, 'reset', async () => {
    await ensurePrerequisites(options.assumeYes ?? false);
    const parts = await buildParts();
    if (networkIsUp(site)) await Promise.all(site.hosts.map((host) => cutPower(site, host)));
    await start(site, parts, () => true);
  });
}

/**
 * Switches a site off and removes all it made but the cache.
 * @param options `keepDisks`: the next `up` finds the hosts as they are now.
 */
export async function down(options: LabOptions & { readonly keepDisks?: boolean } = {}): Promise<void> {
  const site = siteNamed(options.site ?? 'lab');
  await exclusively(site, 'down', async () => {
    await step(`switching site ${site.name} off`, async () => {
      const off = options.keepDisks ? powerOff : cutPower;
      await Promise.all(site.hosts.map((host) => off(site, host)));
      if (!options.keepDisks) await Promise.all(site.hosts.map((host) => dropDisks(site, host)));
      await networkDown(site);
    });
    rmSync(inRun(site.name), { recursive: true, force: true });
  });
}

/** Cuts a host's power. Its disks stay; `boot` brings it back. */
export async function cut(name: string, options: LabOptions = {}): Promise<void> {
  const { site, host } = find(name, options);
  await cutPower(site, host);
}

/** Switches a host on again and waits until it answers. */
export async function boot(name: string, options: LabOptions = {}): Promise<void> {
  const { site, host } = find(name, options);
  await powerOn(site, host);
  await untilReady(site, host);
}

/** Plugs or pulls a host's network cable. */
export async function link(name: string, state: 'up' | 'down', options: LabOptions = {}): Promise<void> {
  const { site, host } = find(name, options);
  await setLink(site, host, state);
}

/**
 * Runs a command as root in a host, past its network and sshd.
 * @param argv the command; no shell is put around it.
 * @returns exit code and output; a failure is not thrown.
 */
export async function exec(
  name: string,
  argv: readonly string[],
  options: LabOptions & RunOptions = {},
): Promise<RunResult> {
  const { site, host } = find(name, options);
  return tryRun(inHost(site, host, ...argv), options);
}

async function buildParts(): Promise<HostParts> {
  const substitute = !(await kernelHasNfs());
  await minimalLayer();
  // Independent of each other, and each waits for the mirror half of its time.
  const [base] = await Promise.all([
    baseLayer(),
    prepareImages(preloadedImages),
    substitute ? buildNfsClient() : undefined,
  ]);
  const root = substitute ? await nfsSubstituteLayer(base) : base;
  return { root, dockerTemplate: await dockerTemplate(base) };
}

async function start(site: Site, parts: HostParts, fresh: (host: LabHost) => boolean): Promise<void> {
  await publishKeys(site);
  await networkUp(site);
  const off = site.hosts.filter((host) => !isRunning(site, host));
  if (off.length > 0) {
    await step(`starting ${off.map((host) => host.name).join(', ')}`, async () => {
      for (const host of off.filter(fresh)) await makeDisks(site, host, parts);
      await Promise.all(off.map((host) => powerOn(site, host)));
      await Promise.all(off.map((host) => untilReady(site, host)));
    });
  }
  for (const host of site.hosts) say(`${host.name} is up at ${host.address}`);
}

/** Waits until a host has booted and lets its user in. */
async function untilReady(site: Site, host: LabHost): Promise<void> {
  const deadline = Date.now() + BOOT_TIMEOUT_MS;
  // Not `--wait`: when the boot ends while it connects, it waits for ever.
  const check = sshArgv(site, host, 'systemctl is-system-running');
  for (;;) {
    const result = await tryRun(check, { timeoutMs: LOGIN_TIMEOUT_MS });
    const state = result.stdout.trim();
    if (state === 'running') return;
    if (state === 'degraded') {
      const failed = await tryRun(sshArgv(site, host, 'systemctl --failed --no-legend --plain'));
      say(`${host.name} booted, but some units failed: ${failed.stdout.trim()}`);
      return;
    }
    if (!isRunning(site, host) || Date.now() > deadline) {
      const console = inRun(site.name, host.name, 'console.log');
      throw new Error(`${host.name} did not come up (${state || result.stderr.trim()}); see ${console}`);
    }
    await delay(200);
  }
}

function find(name: string, options: LabOptions): { site: Site; host: LabHost } {
  const site = siteNamed(options.site ?? 'lab');
  if (!networkIsUp(site)) throw new Error(`the lab is not up; npm run lab -- up`);
  return { site, host: hostNamed(site, name) };
}

function exclusively<T>(site: Site, purpose: string, work: () => Promise<T>): Promise<T> {
  return withLock(`${runDirectory}/${site.name}.lock`, { purpose: `lab ${purpose}` }, work);
}

/** True when the site's network exists. */
export function isUp(options: LabOptions = {}): boolean {
  return existsSync(inRun(options.site ?? 'lab')) && networkIsUp(siteNamed(options.site ?? 'lab'));
}
