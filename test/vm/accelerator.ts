/** Whether KVM really runs a machine here: only trying tells. /dev/kvm may be there and refuse, crawl or hang. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { tryRun } from '../lab/process.ts';
import { step } from '../lab/progress.ts';
import type { Image } from './image.ts';
import { inVmCache } from './paths.ts';

export type Accelerator = 'kvm' | 'tcg';

const PROBE_TIMEOUT_MS = 15_000;

/**
 * Starts kernel and initrd with KVM once, and remembers how it went for this kernel of the control machine.
 * @returns `tcg`, QEMU's own emulation, where no machine came up within the time.
 */
export async function chooseAccelerator(image: Image): Promise<Accelerator> {
  if (!existsSync('/dev/kvm')) return 'tcg';
  const memory = inVmCache('kvm.json');
  const subject = `${image.key} ${release()}`;
  const known = recall(memory);
  if (known.subject === subject && known.accelerator !== undefined) return known.accelerator;
  const accelerator = (await step('trying KVM', () => kvmBoots(image))) ? 'kvm' : 'tcg';
  writeFileSync(memory, JSON.stringify({ subject, accelerator }));
  return accelerator;
}

async function kvmBoots(image: Image): Promise<boolean> {
  const argv = [
    ...['qemu-system-x86_64', '-accel', 'kvm', '-cpu', 'max', '-M', 'q35', '-m', '256', '-nodefaults'],
    ...['-nographic', '-no-reboot', '-serial', 'stdio', '-monitor', 'none'],
    ...['-kernel', image.kernel, '-initrd', image.initrd, '-append', 'console=ttyS0 vm.probe'],
  ];
  const { stdout } = await tryRun(argv, { timeoutMs: PROBE_TIMEOUT_MS });
  return stdout.includes('the virtual machine started');
}

function recall(file: string): { subject?: unknown; accelerator?: Accelerator } {
  if (!existsSync(file)) return {};
  try {
    const { subject, accelerator } = JSON.parse(readFileSync(file, 'utf8'));
    return { subject, ...(accelerator === 'kvm' || accelerator === 'tcg' ? { accelerator } : {}) };
  } catch {
    return {};
  }
}
