import {
  defineModule,
  type ParamsOf,
  type Plan,
  quoteWord,
  type RunStep,
  type UnitState,
} from '../src/module/index.ts';
import { areUnitsStale, fullUnitName, isUnitOnDisk, readEnabled, similarUnits } from './lib/systemd-reads.ts';

const params = {
  type: 'object',
  properties: {
    name: {
      type: 'string',
      description: 'Unit; without a suffix it is a service. Needed for everything but `daemon_reload`.',
    },
    state: {
      enum: ['started', 'stopped', 'restarted', 'reloaded'],
      description:
        '`started` and `stopped` do nothing where it is so; `restarted` always restarts; `reloaded` reloads, or starts what does not run.',
    },
    enabled: { type: 'boolean', description: 'Start it at boot.' },
    masked: { type: 'boolean', description: 'Make it impossible to start; false undoes that.' },
    daemon_reload: {
      type: 'boolean',
      default: false,
      description: 'Make systemd read its unit files again first, where they changed since it last did.',
    },
    no_block: {
      type: 'boolean',
      default: false,
      description: 'Do not wait until the change of state is done.',
    },
  },
} as const;

type SystemdParams = ParamsOf<typeof params>;

interface Current {
  readonly unit?: UnitState;
  /** As `systemctl is-enabled` says it. */
  readonly enabled: string;
  readonly reloadDue: boolean;
  /** systemd does not know the unit, but its file is there. */
  readonly onDisk: boolean;
  readonly similar: readonly string[];
}

export const systemd = defineModule({
  name: 'systemd',
  aliases: ['service'],
  summary: 'Start, stop, enable and mask units of systemd.',
  notes: [
    '`daemon_reload` is carried out only where unit files, drop-ins or /etc/fstab are newer than what systemd has read, so it may stay in a task for good.',
    'Where a unit fails to start, the last lines of its log are part of the error.',
  ],
  kind: 'state',
  params,
  examples: `- name: NFS server runs, now and after a boot
  systemd:
    name: nfs-server
    state: started
    enabled: true

- name: Restart after a new unit file
  systemd:
    name: harbor
    state: restarted
    daemon_reload: true

- service: { name: docker, state: reloaded }
`,
  returns: { name: 'the unit', status: 'its state before: {load, active, enabled}' },
  async read(host, params: SystemdParams): Promise<Current> {
    if (params.name === undefined) {
      const reloadDue = params.daemon_reload && (await areUnitsStale(host));
      return { enabled: '', reloadDue, onDisk: false, similar: [] };
    }
    const unit = await host.unit(fullUnitName(params.name));
    const common = { unit, enabled: await readEnabled(host, unit), reloadDue: unit.needsReload };
    if (unit.load !== 'not-found') return { ...common, onDisk: true, similar: [] };
    const onDisk = await isUnitOnDisk(host, unit.name);
    return { ...common, onDisk, similar: onDisk ? [] : await similarUnits(host, unit.name) };
  },
  plan: planSystemd,
});

function planSystemd(params: SystemdParams, current: Current): Plan {
  const { unit } = current;
  if (!unit) return planReload(params, current);
  const values = {
    name: unit.name,
    status: { load: unit.load, active: unit.active, enabled: current.enabled },
  };
  const fault = faultOf(params, current, unit);
  if (fault) return { steps: [], failure: fault, values };
  if (params.daemon_reload && unit.load === 'not-found' && current.onDisk) {
    return { steps: [reloadStep()], replan: true, values };
  }
  if (params.masked === false && isMasked(unit)) {
    const predicts = [{ kind: 'unit', name: unit.name, enabled: 'disabled' }] as const;
    return { steps: [{ ...systemctl(['unmask'], unit, 'unmask'), predicts }], replan: true, values };
  }
  const steps = [
    ...(params.daemon_reload && unit.needsReload ? [reloadStep()] : []),
    ...enableSteps(params, current, unit),
    ...stateSteps(params, unit),
    ...(params.masked === true && !isMasked(unit) ? [maskStep(unit)] : []),
  ];
  const stale = unit.needsReload && !params.daemon_reload && steps.length > 0;
  const warnings = stale ? [`the unit file of ${unit.name} changed on disk; set daemon_reload: true`] : [];
  return { steps, values, warnings };
}

function planReload(params: SystemdParams, current: Current): Plan {
  const wantsUnit = params.state ?? params.enabled ?? params.masked;
  if (wantsUnit !== undefined) return { steps: [], failure: 'name is needed for state, enabled and masked' };
  return { steps: current.reloadDue ? [reloadStep()] : [] };
}

function faultOf(params: SystemdParams, current: Current, unit: UnitState): string | undefined {
  if (unit.load === '') return 'systemd does not run on this host';
  if (unit.load === 'not-found' && !current.onDisk && params.masked !== true) {
    const [nearest] = current.similar;
    return `there is no unit ${unit.name}${nearest ? `; did you mean ${nearest}?` : ''}`;
  }
  if (['bad-setting', 'error'].includes(unit.load) && !(params.daemon_reload && unit.needsReload)) {
    return `systemd cannot load ${unit.name} (${unit.load}); see \`systemctl status ${unit.name}\``;
  }
  const starts = params.enabled === true || (params.state !== undefined && params.state !== 'stopped');
  if (params.masked === true && starts) return 'a masked unit can be neither started nor enabled';
  if (params.masked === undefined && isMasked(unit) && starts) {
    return `${unit.name} is masked; set masked: false to permit that`;
  }
  return undefined;
}

function isMasked(unit: UnitState): boolean {
  return unit.load === 'masked' || unit.enabled.startsWith('masked');
}

function enableSteps(params: SystemdParams, current: Current, unit: UnitState): RunStep[] {
  if (params.enabled === undefined || isMasked(unit)) return [];
  // Units without an [Install] section (static, generated…) can be neither; systemctl accepts both silently.
  const isEnabled = !['disabled', 'enabled-runtime', 'linked', 'linked-runtime', ''].includes(
    current.enabled,
  );
  const canDisable = ['enabled', 'enabled-runtime', 'alias', 'linked', 'linked-runtime'].includes(
    current.enabled,
  );
  if (params.enabled ? isEnabled : !canDisable) return [];
  const verb = params.enabled ? 'enable' : 'disable';
  const after = params.enabled ? 'enabled' : 'disabled';
  return [
    {
      ...systemctl([verb], unit, verb),
      predicts: [{ kind: 'unit', name: unit.name, enabled: after }],
      diff: [{ header: `${unit.name} at boot`, before: `${current.enabled}\n`, after: `${after}\n` }],
    },
  ];
}

function stateSteps(params: SystemdParams, unit: UnitState): RunStep[] {
  const running = ['active', 'activating', 'reloading', 'refreshing'].includes(unit.active);
  const block = params.no_block ? ['--no-block'] : [];
  switch (params.state) {
    case 'started':
      return running ? [] : [activeStep([...block, 'start'], unit, 'start', 'active')];
    case 'stopped':
      return running || unit.active === 'deactivating'
        ? [activeStep([...block, 'stop'], unit, 'stop', 'inactive')]
        : [];
    case 'restarted':
      return [activeStep([...block, 'restart'], unit, 'restart', 'active')];
    case 'reloaded':
      return running
        ? [activeStep([...block, 'reload'], unit, 'reload', 'active')]
        : [activeStep([...block, 'start'], unit, 'start', 'active')];
    default:
      return [];
  }
}

function activeStep(
  words: readonly string[],
  unit: UnitState,
  verb: string,
  active: 'active' | 'inactive',
): RunStep {
  const diff = { header: `${unit.name} state`, before: `${unit.active}\n`, after: `${active}\n` };
  const forget =
    unit.active === 'failed' ? `systemctl reset-failed ${quoteWord(unit.name)} 2>/dev/null\n` : '';
  const step = systemctl(words, unit, verb);
  return {
    ...step,
    script: `${forget}${step.script}`,
    predicts: [{ kind: 'unit', name: unit.name, active }],
    ...(unit.active === active ? {} : { diff: [diff] }),
  };
}

function maskStep(unit: UnitState): RunStep {
  return {
    ...systemctl(['mask'], unit, 'mask'),
    predicts: [{ kind: 'unit', name: unit.name, enabled: 'masked' }],
  };
}

function systemctl(words: readonly string[], unit: UnitState, verb: string): RunStep & { script: string } {
  const name = quoteWord(unit.name);
  return {
    kind: 'run',
    summary: `${verb} ${unit.name}`,
    script: `systemctl ${words.join(' ')} ${name} && exit 0
code=$?
systemctl status --no-pager --full --lines=20 ${name} >&2
exit "$code"`,
  };
}

function reloadStep(): RunStep {
  return {
    kind: 'run',
    summary: 'make systemd read its unit files again',
    argv: ['systemctl', 'daemon-reload'],
  };
}
