import { defineModule, type Plan, type Step } from '../src/module/index.ts';
import { fstabEntries, removeFstab, sameOpts, setFstab } from './lib/fstab.ts';
import { mountableOpts, type OptionDrift, optionDrift, sameType } from './lib/mount-options.ts';
import { type DesiredMount, desiredMount, type MountParams, mountParams } from './lib/mount-params.ts';
import { type MountCurrent, readMount } from './lib/mount-read.ts';
import { sameSource } from './lib/mount-source.ts';
import { mountStep, reloadStep, sentinelMissing, sentinelStep, unmountStep } from './lib/mount-steps.ts';
import { isBelow } from './lib/mountinfo.ts';

export const mount = defineModule({
  name: 'mount',
  summary: 'Mount a file system and keep it in /etc/fstab.',
  notes: [
    'Of the line in fstab only the fields that differ are rewritten. What is mounted is compared with /proc/self/mountinfo: source, type, and those options of the task that the kernel visibly contradicts; options it chooses itself are no drift.',
    'A source or type that differs, or an option that cannot be changed in place, leads to unmount and mount. Where unmounting is refused, the error names the processes that hold the file system.',
    'A share whose server does not answer fails after `timeout` instead of hanging. `sentinel` proves that the right share is there: the task fails while that file is not to be seen.',
  ],
  kind: 'state',
  scope: 'outside',
  params: mountParams,
  examples: `- name: The registry's images, shared by the Harbor nodes
  mount:
    path: /data/registry
    src: 192.168.198.136:/data/registry
    fstype: nfs
    opts: hard,nfsvers=4.1,_netdev
    state: mounted
    sentinel: .mooring-share

- mount: { path: /mnt/backup, src: 'UUID=b3e48f45-f933-4c8e-a700-22a159ec9077', fstype: xfs, opts: noatime, state: present }

- mount: { path: /mnt/old, state: absent }
`,
  returns: { path: 'the mount point', src: 'where it comes from', fstype: 'its type', opts: 'its options' },
  read: readMount,
  plan: planMount,
});

function planMount(params: MountParams, current: MountCurrent): Plan {
  const desired = desiredMount(params);
  const fault = faultOf(params, desired, current);
  const values = {
    path: desired.path,
    src: desired.src || (current.live?.src ?? null),
    fstype: desired.fstype || (current.live?.fstype ?? null),
    opts: desired.opts ?? null,
  };
  if (fault) return { steps: [], failure: fault, values };
  switch (params.state) {
    case 'present':
      return { steps: fstabSteps(params, current, withLine(desired, params, current)), values };
    case 'unmounted':
      return { ...planUnmounted(params, desired, current), values };
    case 'absent':
      return { ...planAbsent(params, desired, current), values };
    case 'remounted':
      return {
        steps: [remountStep(params, desired, desired.opts ? [mountableOpts(desired.opts)] : [])],
        values,
      };
    default:
      return { ...planMounted(params, desired, current), values };
  }
}

function faultOf(params: MountParams, desired: DesiredMount, current: MountCurrent): string | undefined {
  const { state } = params;
  const needsSource = ['mounted', 'present', 'ephemeral'].includes(state);
  if (needsSource && (desired.src === '' || desired.fstype === ''))
    return `state ${state} needs src and fstype`;
  if (state === 'remounted' && !current.live) return `nothing is mounted at ${desired.path}`;
  if (desired.path === '/' && (state === 'unmounted' || state === 'absent')) return '/ cannot be unmounted';
  const canTake = current.point === 'directory' || current.point === 'nothing' || current.point === 'mounted';
  const mounts = state === 'mounted' || state === 'ephemeral';
  if (mounts && !canTake && !(desired.bind && current.point === 'file'))
    return `${desired.path} is no directory`;
  return undefined;
}

function planMounted(
  params: MountParams,
  desired: DesiredMount,
  current: MountCurrent,
): Omit<Plan, 'values'> {
  const keepsLine = params.state === 'mounted';
  const fstab = keepsLine ? fstabSteps(params, current, withLine(desired, params, current)) : [];
  if (!current.live) {
    const steps = [...pointSteps(params, desired, current), ...fstab, ...mountSteps(params, desired)];
    return { steps, warnings: warningsOf(desired, current) };
  }
  const { live, mounts } = current;
  const sources = { ...desired, device: current.device, liveDevice: current.liveDevice };
  const same =
    sameType(desired.bind ? 'auto' : desired.fstype, live.fstype) && sameSource(sources, live, mounts);
  const drift = optionDrift(desired.opts ?? '', live.options);
  if (!same && !keepsLine) {
    return { steps: [], failure: `${desired.path} already holds ${live.src} (${live.fstype})` };
  }
  if (!same || drift.some((option) => !canRemount(option, live.fstype))) {
    const nested = nestedFault(current);
    if (nested) return { steps: [], failure: nested };
    const unmount = unmountStep(desired.path, live.src, params.timeout);
    return { steps: [unmount, ...fstab, ...mountSteps(params, desired)] };
  }
  if (current.sentinel === 'missing' || current.sentinel === 'no answer') {
    return { steps: [], failure: sentinelFault(desired, current) };
  }
  const wanted = drift.map((option) => option.wanted);
  const remount = wanted.length > 0 ? [remountStep(params, desired, wanted, drift)] : [];
  return { steps: [...fstab, ...remount] };
}

function sentinelFault(desired: DesiredMount, current: MountCurrent): string {
  if (current.sentinel === 'missing') return sentinelMissing(desired.path, desired.sentinel ?? '');
  return `${desired.path} is mounted from ${current.live?.src}, but does not answer`;
}

/** FUSE programs and their helpers take no remount. */
function canRemount(option: OptionDrift, fstype: string): boolean {
  return option.remountable && !fstype.startsWith('fuse');
}

function pointSteps(params: MountParams, desired: DesiredMount, current: MountCurrent): Step[] {
  if (current.point !== 'nothing') return [];
  const { path } = desired;
  const mode = params.mode.padStart(4, '0');
  return [
    {
      kind: 'run',
      summary: `make the mount point ${path}`,
      argv: ['install', '-d', '-m', mode, path],
      predicts: [{ kind: 'path', path, type: 'directory', mode }],
    },
  ];
}

function mountSteps(params: MountParams, desired: DesiredMount): Step[] {
  const { path, src, fstype, opts } = desired;
  const options = mountableOpts(opts ?? '');
  const direct = ['mount', '-t', fstype, ...(options === '' ? [] : ['-o', options]), src, path];
  const fromFstab = params.fstab === '/etc/fstab' ? ['mount', path] : ['mount', '-T', params.fstab, path];
  const argv = params.state === 'mounted' ? fromFstab : direct;
  const mounting = mountStep({ path, src, fstype, argv, timeout: params.timeout });
  return desired.sentinel === undefined ? [mounting] : [mounting, sentinelStep(path, desired.sentinel)];
}

function remountStep(
  params: MountParams,
  desired: DesiredMount,
  options: readonly string[],
  drift: readonly OptionDrift[] = [],
): Step {
  const { path } = desired;
  const words = ['remount', ...options.filter((option) => option !== '')].join(',');
  const step = mountStep({
    path,
    src: '',
    fstype: '',
    argv: ['mount', '-o', words, path],
    timeout: params.timeout,
  });
  const lines = (side: 'seen' | 'wanted'): string => drift.map((option) => `${option[side]}\n`).join('');
  return {
    ...step,
    summary: `remount ${path}${options.length > 0 ? ` with ${options.join(', ')}` : ''}`,
    diff:
      drift.length > 0 ? [{ header: `mount ${path}`, before: lines('seen'), after: lines('wanted') }] : [],
  };
}

function unmountSteps(params: MountParams, desired: DesiredMount, current: MountCurrent): Step[] {
  return current.live ? [unmountStep(desired.path, current.live.src, params.timeout)] : [];
}

function planUnmounted(
  params: MountParams,
  desired: DesiredMount,
  current: MountCurrent,
): Omit<Plan, 'values'> {
  const nested = current.live ? nestedFault(current) : undefined;
  return nested ? { steps: [], failure: nested } : { steps: unmountSteps(params, desired, current) };
}

function planAbsent(params: MountParams, desired: DesiredMount, current: MountCurrent): Omit<Plan, 'values'> {
  const nested = current.live ? nestedFault(current) : undefined;
  if (nested) return { steps: [], failure: nested };
  const fstab = current.fstab === undefined ? undefined : removeFstab(current.fstab, desired.path);
  const steps = [...unmountSteps(params, desired, current), ...fstabSteps(params, current, fstab)];
  if (current.point === 'mounted' || (current.point === 'directory' && current.hidden === 0)) {
    steps.push({
      kind: 'run',
      summary: `remove the mount point ${desired.path} if it is empty`,
      // A mount point with files in it is somebody's data.
      script: 'rmdir "$path" 2>/dev/null || [ -d "$path" ]',
      env: { path: desired.path },
      predicts: [{ kind: 'path', path: desired.path, type: 'absent' }],
    });
  }
  const left = current.point === 'directory' && current.hidden > 0;
  return { steps, warnings: left ? [`${desired.path} is not empty and stays`] : [] };
}

function nestedFault(current: MountCurrent): string | undefined {
  const inside = current.mounts.find(
    (other) => other.path !== current.realPath && isBelow(other.path, current.realPath),
  );
  return inside && `${inside.path} is mounted inside; unmount it first`;
}

/** The fstab text with the line as the task wants it. */
function withLine(desired: DesiredMount, params: MountParams, current: MountCurrent): string {
  const { path, src, fstype, opts } = desired;
  const numbers = {
    ...(params.dump === undefined ? {} : { dump: String(params.dump) }),
    ...(params.passno === undefined ? {} : { passno: String(params.passno) }),
  };
  const [line] = fstabEntries(current.fstab ?? '', path);
  const kept = opts !== undefined && line && sameOpts(line.opts, opts);
  return setFstab(current.fstab ?? '', {
    path,
    src,
    fstype,
    ...(opts === undefined || kept ? {} : { opts }),
    ...numbers,
  });
}

function fstabSteps(params: MountParams, current: MountCurrent, after: string | undefined): Step[] {
  if (after === undefined || after === (current.fstab ?? '')) return [];
  const put: Step = {
    kind: 'put',
    summary: `write ${params.path} in ${params.fstab}`,
    path: params.fstab,
    content: { text: after },
    ...(current.fstab === undefined ? { mode: '0644' } : { before: current.fstab }),
    backup: params.backup && current.fstab !== undefined,
  };
  return params.fstab === '/etc/fstab' ? [put, reloadStep(params.timeout)] : [put];
}

function warningsOf(desired: DesiredMount, current: MountCurrent): string[] {
  const warnings: string[] = [];
  if (current.hidden > 0) {
    warnings.push(`${desired.path} is not empty: the mount hides ${current.hidden} entries`);
  }
  const overNetwork = /^[^/]+:\/|^\/\//.test(desired.src);
  const known = /^(nfs4?|cifs|smb3|ceph|glusterfs|gfs2?|ocfs2|afs|9p|fuse\.(sshfs|glusterfs))$/.test(
    desired.fstype,
  );
  if (overNetwork && !known && !desired.opts?.includes('_netdev')) {
    warnings.push('the source is on the network: add _netdev to opts, so that boot waits for it');
  }
  return warnings;
}
