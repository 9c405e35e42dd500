import { defineModule, type Plan, type Prediction, type RunStep } from '../src/module/index.ts';
import { describeChanges, packagesDiff, predictPackages } from './lib/apt/changes.ts';
import { aptStep, updateStep } from './lib/apt/commands.ts';
import { type AptParams, aptParams } from './lib/apt/params.ts';
import { type AptCurrent, readApt } from './lib/apt/read.ts';
import { explainErrors, type PackageChange } from './lib/apt/simulation.ts';

export const apt = defineModule({
  name: 'apt',
  summary: 'Install, upgrade and remove Debian packages.',
  notes: [
    'Where every package is as desired, dpkg answers one question for all of them and apt is not started. Virtual packages, `NAME/RELEASE`, name patterns and `state: latest` need a simulation by apt on every run.',
    'The package lists are fetched only where something must be installed or changed; where no package is named, `update_cache` fetches them whenever they are older than `cache_valid_time`. Lists older than a file in /etc/apt/sources.list.d are never fresh.',
    'Another apt or dpkg on the host is waited for, saying which process holds the lock. Packages ask no questions; changed configuration files are kept (`dpkg_options`).',
  ],
  kind: 'state',
  background: true,
  params: aptParams,
  examples: `- name: Install the NFS client and server
  apt:
    name: [nfs-common, nfs-kernel-server]
    update_cache: true
    cache_valid_time: 3600

- name: A certain version, without recommended packages
  apt:
    name: docker.io=20.10*
    install_recommends: false

- name: Remove a package with its configuration
  apt:
    name: exim4-base
    state: absent
    purge: true
    autoremove: true

- name: Install a package file of the control node
  apt:
    deb: files/tool_1.2-1_amd64.deb
    remote_src: false
`,
  returns: {
    packages: 'what changes: list of {name, from, to}, versions or null',
    cache_updated: 'whether the package lists were fetched',
  },
  read: readApt,
  plan: planApt,
});

/** Pure: from how the packages are to the steps. */
function planApt(params: AptParams, current: AptCurrent): Plan {
  const fault = faultOf(params);
  if (fault) return { steps: [], failure: fault };
  const changes = current.simulation?.changes ?? [];
  const values = {
    cache_updated: current.updatedNow,
    packages: changes.map((change) => ({
      name: change.name,
      from: change.from ?? null,
      to: change.to ?? null,
    })),
  };
  if (current.updateDue) return planUpdate(params, current);
  if (current.simulation && current.simulation.errors.length > 0) {
    return { steps: [], failure: explainErrors(current.simulation, current.known), values };
  }
  const step = changeStep(params, current, changes);
  return { steps: step ? [step] : [], values };
}

function faultOf(params: AptParams): string | undefined {
  const named = params.name !== undefined && params.name.length > 0;
  if (named && params.deb !== undefined) return 'give either name or deb, not both';
  if (params.state === 'build-dep' && !named) return 'state build-dep needs name';
  if (params.deb !== undefined && params.state !== 'present') return 'deb can only be made present';
  return undefined;
}

function planUpdate(params: AptParams, current: AptCurrent): Plan {
  const names = current.wanted.map((text) => text.replace(/^.*\/(.+)\.deb$/, '$1'));
  const { preview = [] } = current;
  const step: RunStep = {
    ...updateStep(params.lock_timeout),
    summary:
      names.length > 0 ? `fetch the package lists, for ${names.join(', ')}` : 'fetch the package lists',
    predicts: [{ kind: 'other', name: 'apt lists' }, ...predictNamed(names), ...predictPackages(preview)],
    ...(preview.length > 0
      ? { diff: [{ ...packagesDiff(preview), header: 'packages, by the present lists' }] }
      : {}),
  };
  return { steps: [step], replan: true, values: { cache_updated: true, packages: [] } };
}

/** Names alone, where only the fetched lists will tell version and dependencies. */
function predictNamed(names: readonly string[]): Prediction[] {
  return names
    .filter((name) => /^[a-z0-9]/.test(name) && !name.includes('*'))
    .map((name) => ({ kind: 'package', name: name.split(/[=/]/)[0] ?? name, installed: true }));
}

function changeStep(
  params: AptParams,
  current: AptCurrent,
  changes: readonly PackageChange[],
): RunStep | undefined {
  const { command, deb } = current;
  if (!command) return undefined;
  const settings = {
    dpkgOptions: params.dpkg_options
      .split(',')
      .map((option) => option.trim())
      .filter((option) => option !== ''),
    lockTimeout: params.lock_timeout,
  };
  if (deb?.local) {
    const stage = [{ name: `${deb.name}.deb`, content: { localFile: deb.path }, mode: '0644' }];
    const change = [{ name: deb.name, to: deb.version }];
    return { ...aptStep(command, { ...settings, stage }), ...described(change) };
  }
  return changes.length > 0 ? { ...aptStep(command, settings), ...described(changes) } : undefined;
}

function described(changes: readonly PackageChange[]): Pick<RunStep, 'summary' | 'predicts' | 'diff'> {
  return {
    summary: describeChanges(changes),
    predicts: predictPackages(changes),
    diff: [packagesDiff(changes)],
  };
}
