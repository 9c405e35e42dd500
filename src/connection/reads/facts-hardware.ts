import type { Facts } from '../host-reads.ts';
import type { Sections } from './facts-sections.ts';

/** Memory and processors. */
export function hardwareFacts(sections: Sections): Facts {
  return { ...memoryFacts(sections.get('meminfo') ?? ''), ...processorFacts(sections.get('cpuinfo') ?? '') };
}

/** Mounts of devices and network file systems, with the sizes of local ones. */
export function mountFacts(sections: Sections): readonly Facts[] {
  const sizes = new Map((sections.get('df') ?? '').split('\n').map(sizeLine));
  const mounts: Facts[] = [];
  for (const line of (sections.get('mounts') ?? '').split('\n')) {
    const [device = '', mount = '', fstype = '', options = '', dump, passno] = line
      .split(' ')
      .map(unescapeField);
    if (!device.startsWith('/') && !device.includes(':/')) continue;
    mounts.push({
      ...{ device, mount, fstype, options, dump: Number(dump), passno: Number(passno) },
      ...sizes.get(mount),
    });
  }
  return mounts;
}

/** proc_meminfo(5), in MiB as Ansible has it. */
function memoryFacts(text: string): Facts {
  const megabytes = (name: string) => {
    const match = new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text);
    return Math.floor(Number(match?.[1] ?? 0) / 1024);
  };
  const total = megabytes('MemTotal');
  const free = megabytes('MemFree');
  const cached = megabytes('Cached') + megabytes('Buffers');
  const swapTotal = megabytes('SwapTotal');
  const swapFree = megabytes('SwapFree');
  return {
    ...{ memtotal_mb: total, memfree_mb: free, swaptotal_mb: swapTotal, swapfree_mb: swapFree },
    memavailable_mb: megabytes('MemAvailable'),
    memory_mb: {
      real: { total, used: total - free, free },
      nocache: { free: free + cached, used: total - free - cached },
      swap: { total: swapTotal, free: swapFree, used: swapTotal - swapFree, cached: megabytes('SwapCached') },
    },
  };
}

function processorFacts(text: string): Facts {
  const blocks = text.split(/\n\s*\n/).filter((block) => /^processor\s*:/m.test(block));
  const field = (block: string, name: string) => new RegExp(`^${name}\\s*:\\s*(.*)$`, 'm').exec(block)?.[1];
  const first = blocks[0] ?? '';
  const sockets = new Set(blocks.map((block) => field(block, 'physical id') ?? '0')).size;
  const cores = Number(field(first, 'cpu cores') ?? 1);
  const siblings = Number(field(first, 'siblings') ?? cores);
  const threads = Math.max(1, Math.floor(siblings / cores));
  const names = blocks.flatMap((block, index) => {
    const model = field(block, 'model name') ?? field(block, 'Processor');
    const vendor = field(block, 'vendor_id');
    return [
      String(index),
      ...(vendor === undefined ? [] : [vendor]),
      ...(model === undefined ? [] : [model]),
    ];
  });
  return {
    processor: names,
    processor_count: Math.max(1, sockets),
    processor_cores: cores,
    processor_threads_per_core: threads,
    processor_vcpus: Math.max(1, blocks.length),
    processor_nproc: Math.max(1, blocks.length),
  };
}

/** A line of `df -Pk`. */
function sizeLine(line: string): [string, Facts] {
  const match = /^.*?\s(\d+)\s+(\d+)\s+(-?\d+)\s+(?:\d+%|-)\s+(.*)$/.exec(line);
  const [, total = '0', , available = '0', mount = ''] = match ?? [];
  return [mount, { size_total: Number(total) * 1024, size_available: Number(available) * 1024 }];
}

/** proc_mounts(5): space, tab, line feed and backslash are octal. */
function unescapeField(field: string): string {
  return field.replaceAll(/\\([0-7]{3})/g, (_all, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}
