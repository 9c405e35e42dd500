/** The two machines together: started from their saved states, which are made on first use, and removed at the end. */

import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { hashOf } from '../lab/files.ts';
import { run } from '../lab/process.ts';
import { step } from '../lab/progress.ts';
import { type Accelerator, chooseAccelerator } from './accelerator.ts';
import { client, controlAddress, server } from './hosts.ts';
import { buildImage, type Image } from './image.ts';
import { endMachines, Machine, qemuArgv } from './machine.ts';
import { networkDown, networkUp } from './network.ts';
import { inVmCache, inVmDisks, inVmRun } from './paths.ts';
import { publishKeys, sshMasterExit } from './ssh.ts';

export interface Pair {
  readonly server: Machine;
  readonly client: Machine;
  readonly accelerator: Accelerator;
}

const hosts = [server, client];

/** Brings both machines up, fresh. */
export async function pairUp(): Promise<Pair> {
  await pairDown();
  mkdirSync(inVmRun(), { recursive: true, mode: 0o700 });
  mkdirSync(inVmDisks(), { recursive: true, mode: 0o700 });
  const image = await buildImage();
  const accelerator = await chooseAccelerator(image);
  publishKeys(image, hosts);
  await networkUp(
    controlAddress,
    hosts.map((host) => host.tap),
  );
  const pair = {
    server: new Machine(server, image, accelerator),
    client: new Machine(client, image, accelerator),
    accelerator,
  };
  const machines = [pair.server, pair.client];
  const saved = await savedStates(machines, image, accelerator);
  await step('starting both virtual machines from their saved states', () =>
    Promise.all(machines.map((machine) => startSaved(machine, saved))),
  );
  return pair;
}

/** Ends the machines and removes all that only lives while they run. */
export async function pairDown(): Promise<void> {
  if (existsSync(inVmRun())) await Promise.all(hosts.map(sshMasterExit));
  await endMachines();
  await networkDown();
  rmSync(inVmRun(), { recursive: true, force: true });
  rmSync(inVmDisks(), { recursive: true, force: true });
}

/** @returns the folder with one disk per machine that holds its state after boot. */
async function savedStates(
  machines: readonly Machine[],
  image: Image,
  accelerator: Accelerator,
): Promise<string> {
  const qemu = await run(['qemu-system-x86_64', '--version']);
  const argv = machines.map((machine) => qemuArgv(machine.host, image, accelerator).join(' '));
  const directory = inVmCache(`saved-${image.key}-${hashOf([qemu, ...argv])}`);
  if (existsSync(directory)) return directory;
  await step('booting both virtual machines and saving their states', () =>
    Promise.all(machines.map(bootAndSave)),
  );
  const target = `${directory}.new`;
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { mode: 0o700 });
  for (const machine of machines) renameSync(machine.disk, savedDisk(target, machine));
  renameSync(target, directory);
  return directory;
}

async function bootAndSave(machine: Machine): Promise<void> {
  await machine.freshDisk();
  await machine.start();
  await machine.ready();
  await machine.settled();
  await machine.save();
}

async function startSaved(machine: Machine, directory: string): Promise<void> {
  await run(['cp', '--sparse=always', '--reflink=auto', savedDisk(directory, machine), machine.disk]);
  await machine.start(true);
  await machine.ready();
  await machine.setClock();
}

function savedDisk(directory: string, machine: Machine): string {
  return `${directory}/${machine.host.name}.qcow2`;
}
