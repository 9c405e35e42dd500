/** The machines' network: a namespace of its own with one bridge and no way out. */

import { existsSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { run } from '../lab/process.ts';

const namespace = 'mooring-vm';
const file = `/run/netns/${namespace}`;

/** The argv that runs a command inside the machines' network, nothing else changed. */
export function inNetwork(...argv: readonly string[]): string[] {
  return ['nsenter', `--net=${file}`, ...argv];
}

/**
 * Makes the namespace with the bridge and one tap device per machine.
 * @param address of the bridge, with the length of the prefix.
 */
export async function networkUp(address: string, taps: readonly string[]): Promise<void> {
  await networkDown();
  await run(['ip', 'netns', 'add', namespace]);
  const inside = (...argv: readonly string[]) => run(inNetwork(...argv));
  await inside('ip', 'link', 'set', 'lo', 'up');
  await inside('ip', 'link', 'add', 'br0', 'type', 'bridge', 'forward_delay', '0');
  await inside('ip', 'address', 'add', address, 'dev', 'br0');
  await inside('ip', 'link', 'set', 'br0', 'up');
  for (const tap of taps) {
    await inside('ip', 'tuntap', 'add', tap, 'mode', 'tap');
    await inside('ip', 'link', 'set', tap, 'master', 'br0', 'up');
  }
}

/** Pulls or plugs the cable of one machine. */
export async function setLink(tap: string, state: 'up' | 'down'): Promise<void> {
  await run(inNetwork('ip', 'link', 'set', tap, state));
}

/** Removes the namespace; bridge and taps go with it. */
export async function networkDown(): Promise<void> {
  if (!existsSync(file)) return;
  // Where /run is a disk, the file outlives a reboot of the machine, but is no namespace any more.
  if (statSync(file).dev === statSync(dirname(file)).dev) rmSync(file);
  else await run(['ip', 'netns', 'delete', namespace]);
}
