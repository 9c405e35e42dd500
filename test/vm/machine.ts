/** One virtual machine: started from a saved state or from cold, reached over ssh, cut off, switched off. */

import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { type RunResult, run, tryRun } from '../lab/process.ts';
import type { Accelerator } from './accelerator.ts';
import type { VmHost } from './hosts.ts';
import type { Image } from './image.ts';
import { monitor } from './monitor.ts';
import { inNetwork } from './network.ts';
import { inVmDisks, inVmRun } from './paths.ts';
import { sshArgv, sshMasterExit } from './ssh.ts';

/** Name of the state inside a saved disk. */
const STATE = 'ready';
/** For a machine of which every instruction is emulated, on a busy control machine. */
const BOOT_TIMEOUT_MS = 300_000;
const END_TIMEOUT_MS = 30_000;
const POLL_MS = 250;

/** Once everything is being ended, what is still under way must not start a machine. */
let mayStart = true;

export function refuseStarts(): void {
  mayStart = false;
}

export class Machine {
  readonly host: VmHost;
  readonly #image: Image;
  readonly #accelerator: Accelerator;

  constructor(host: VmHost, image: Image, accelerator: Accelerator) {
    this.host = host;
    this.#image = image;
    this.#accelerator = accelerator;
  }

  /** The disk in use, an overlay over the image's. */
  get disk(): string {
    return inVmDisks(`${this.host.name}.qcow2`);
  }

  /** Gives the machine a new disk, as the image has it. */
  async freshDisk(): Promise<void> {
    rmSync(this.disk, { force: true });
    await run(['qemu-img', 'create', '-q', '-f', 'qcow2', '-b', this.#image.disk, '-F', 'raw', this.disk]);
  }

  /** Switches the machine on; from its saved state when the disk holds one and `saved` is true. */
  async start(saved = false): Promise<void> {
    if (!mayStart) throw new Error(`${this.host.name} is not started any more`);
    const argv = [
      ...qemuArgv(this.host, this.#image, this.#accelerator),
      ...(saved ? ['-loadvm', STATE] : []),
    ];
    const [file = '', ...args] = inNetwork('nice', '-n', '5', ...argv, ...this.#ownArgv());
    const log = openSync(this.#console, 'a');
    // Not in this terminal's process group: an interrupt is for us, and we end the machine then.
    const child = spawn(file, args, { detached: true, stdio: ['ignore', log, log] });
    child.on('error', () => {});
    child.unref();
    closeSync(log);
    if (child.pid === undefined) throw new Error(`${this.host.name}: QEMU did not start`);
    writeFileSync(pidFile(this.host.name), `${child.pid}\n`);
  }

  /**
   * Waits until the machine lets one in.
   * @throws Error with the end of its console when it does not within {@link BOOT_TIMEOUT_MS}.
   */
  async ready(): Promise<void> {
    await this.until('ssh', async () => (await this.ssh('true', 15_000)).code === 0, BOOT_TIMEOUT_MS);
  }

  /** After {@link ready}: waits until systemd has started everything. */
  async settled(): Promise<void> {
    const states = /^(running|degraded)$/m;
    const isSettled = async () => states.test((await this.ssh('systemctl is-system-running')).stdout);
    await this.until('all its services', isSettled, BOOT_TIMEOUT_MS);
  }

  /** The clock stood still while the state was saved. */
  async setClock(): Promise<void> {
    await this.shell(`date --utc --set=@${Math.floor(Date.now() / 1000)}`);
  }

  /** Saves the running machine's state in its disk and switches off. */
  async save(): Promise<void> {
    await this.shell('sync');
    await sshMasterExit(this.host);
    await monitor(this.#monitor, ['stop', `savevm ${STATE}`], 120_000);
    await monitor(this.#monitor, ['quit'], END_TIMEOUT_MS).catch(() => {});
    await this.ended();
  }

  /** Cuts the power: what the guest had not written is lost. */
  async cut(): Promise<void> {
    await sshMasterExit(this.host);
    const pid = livingPid(this.host.name);
    if (pid !== undefined) process.kill(pid, 'SIGKILL');
    await this.ended();
  }

  /** Restarts the guest in order, and waits until it is back. */
  async reboot(): Promise<void> {
    const bootId = () => this.ssh('cat /proc/sys/kernel/random/boot_id', 15_000);
    const before = (await bootId()).stdout;
    await this.ssh('systemctl --no-block reboot', 15_000);
    await sshMasterExit(this.host);
    const isNew = async () => {
      const { code, stdout } = await bootId();
      return code === 0 && stdout !== before;
    };
    await this.until('its next boot', isNew, BOOT_TIMEOUT_MS);
    await this.settled();
  }

  /** Runs a shell command as root; the exit code is the command's, 255 where ssh got no connection. */
  ssh(command: string, timeoutMs = 60_000): Promise<RunResult> {
    return tryRun(sshArgv(this.host, command), { timeoutMs });
  }

  /** Runs a shell command as root that has to succeed, and returns its output without the last newline. */
  async shell(command: string): Promise<string> {
    return (await run(sshArgv(this.host, command), { timeoutMs: 60_000 })).replace(/\n$/, '');
  }

  /**
   * Waits for a condition.
   * @throws Error naming it, with the end of the console, after `timeoutMs` or when the machine is off.
   */
  async until(what: string, condition: () => Promise<boolean>, timeoutMs: number): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (!(await condition())) {
      const isLost = livingPid(this.host.name) === undefined || this.#consoleEnd().includes('Kernel panic');
      if (isLost || Date.now() > deadline) {
        const why = isLost ? 'the machine is down' : `not within ${timeoutMs / 1000} s`;
        throw new Error(
          `${this.host.name}: waiting for ${what}: ${why}; its console:\n${this.#consoleEnd()}`,
        );
      }
      await delay(POLL_MS);
    }
  }

  async ended(): Promise<void> {
    const deadline = Date.now() + END_TIMEOUT_MS;
    while (livingPid(this.host.name) !== undefined) {
      if (Date.now() > deadline) throw new Error(`${this.host.name}: QEMU does not end`);
      await delay(50);
    }
  }

  #ownArgv(): string[] {
    return [
      ...['-drive', `id=disk,file=${this.disk},format=qcow2,if=none,cache=unsafe,aio=threads`],
      ...['-qmp', `unix:${this.#monitor},server=on,wait=off`],
    ];
  }

  get #console(): string {
    return inVmRun(`${this.host.name}.console`);
  }

  get #monitor(): string {
    return inVmRun(`${this.host.name}.monitor`);
  }

  #consoleEnd(): string {
    return readFileSync(this.#console, 'utf8').split('\n').slice(-15).join('\n');
  }
}

/** What decides whether a saved state fits: all of QEMU's arguments but the paths of one run. */
export function qemuArgv(host: VmHost, image: Image, accelerator: Accelerator): string[] {
  const address = `vm.address=${host.address}/${host.prefix}`;
  const kernel = [
    ...['console=ttyS0', 'quiet', 'rw', 'net.ifnames=0', 'mitigations=off', 'nokaslr'],
    ...[
      'tsc=reliable',
      'random.trust_cpu=on',
      'apparmor=0',
      'selinux=0',
      'audit=0',
      `vm.name=${host.name}`,
      address,
    ],
    ...host.masked.map((unit) => `systemd.mask=${unit}`),
  ];
  const accel = accelerator === 'kvm' ? 'kvm' : 'tcg,thread=multi,tb-size=256';
  return [
    ...['qemu-system-x86_64', '-accel', accel, '-cpu', 'max', '-M', 'q35', '-smp', '1', '-m', '512'],
    ...['-nodefaults', '-nographic', '-vga', 'none', '-serial', 'stdio', '-monitor', 'none'],
    ...['-kernel', image.kernel, '-initrd', image.initrd, '-append', kernel.join(' ')],
    ...['-device', 'virtio-blk-pci,drive=disk'],
    ...['-netdev', `tap,id=card,ifname=${host.tap},script=no,downscript=no`],
    ...['-device', `virtio-net-pci,netdev=card,mac=${host.mac},romfile=`],
  ];
}

/** Ends every machine that runs, of this run or of one that was killed. */
export async function endMachines(): Promise<void> {
  if (!existsSync(inVmRun())) return;
  const names = readdirSync(inVmRun()).flatMap((file) => /^(.*)\.pid$/.exec(file)?.[1] ?? []);
  for (const name of names) {
    const pid = livingPid(name);
    if (pid !== undefined) process.kill(pid, 'SIGKILL');
  }
  const deadline = Date.now() + END_TIMEOUT_MS;
  while (names.some((name) => livingPid(name) !== undefined) && Date.now() < deadline) await delay(50);
}

function pidFile(name: string): string {
  return inVmRun(`${name}.pid`);
}

/** undefined = off; a pid that belongs to another program by now does not count. */
function livingPid(name: string): number | undefined {
  try {
    const pid = Number(readFileSync(pidFile(name), 'utf8'));
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    return command.includes(inVmRun(`${name}.monitor`)) ? pid : undefined;
  } catch {
    return undefined;
  }
}
