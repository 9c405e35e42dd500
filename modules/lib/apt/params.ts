import type { ParamsOf } from '../../../src/module/index.ts';
import type { AptCommand } from './commands.ts';
import type { PackageSpec } from './specs.ts';

export const aptParams = {
  type: 'object',
  properties: {
    name: {
      type: ['string', 'array'],
      items: { type: 'string' },
      description:
        'Packages, a list or one text with commas: `nginx`, `nginx=1.22*`, `nginx/bookworm-backports`, `nginx-*`.',
    },
    state: {
      enum: ['present', 'absent', 'latest', 'fixed', 'build-dep'],
      default: 'present',
      description:
        '`fixed` repairs half-installed packages, `build-dep` installs what building the named packages needs.',
    },
    update_cache: {
      type: 'boolean',
      description:
        'Fetch the package lists first, where a package must be installed or changed and the lists are older than `cache_valid_time`.',
    },
    cache_valid_time: {
      type: 'integer',
      minimum: 0,
      description: 'Seconds the package lists count as fresh. Setting it implies `update_cache`. Default 0.',
    },
    deb: {
      type: 'string',
      description: 'A .deb file to install with its dependencies, instead of `name`.',
    },
    remote_src: {
      type: 'boolean',
      default: true,
      description: '`deb` is a path on the host; false: on the control node, named NAME_VERSION_ARCH.deb.',
    },
    upgrade: {
      enum: ['no', 'yes', 'safe', 'full', 'dist'],
      default: 'no',
      description:
        'Upgrade the whole host: `yes` and `safe` remove nothing (apt-get upgrade), `full` and `dist` may (dist-upgrade).',
    },
    install_recommends: {
      type: 'boolean',
      description: 'Install recommended packages too; default: as the host has it configured.',
    },
    default_release: {
      type: 'string',
      description: 'Release to prefer, e.g. `bookworm-backports` (apt-get -t).',
    },
    purge: { type: 'boolean', default: false, description: 'Remove configuration files too (state absent).' },
    autoremove: {
      type: 'boolean',
      default: false,
      description: 'Also remove packages that were installed as dependencies and are no longer needed.',
    },
    only_upgrade: {
      type: 'boolean',
      default: false,
      description: 'Change only packages that are installed already.',
    },
    allow_downgrade: {
      type: 'boolean',
      default: false,
      description: 'Permit going back to an older version.',
    },
    allow_change_held_packages: {
      type: 'boolean',
      default: false,
      description: 'Permit changing packages that are on hold.',
    },
    allow_unauthenticated: {
      type: 'boolean',
      default: false,
      description: 'Permit packages whose source is not signed.',
    },
    fail_on_autoremove: {
      type: 'boolean',
      default: false,
      description: 'Fail where anything would be removed.',
    },
    force: {
      type: 'boolean',
      default: false,
      description: 'Permit downgrades, held and unsigned packages and the removal of essential ones.',
    },
    dpkg_options: {
      type: 'string',
      default: 'force-confdef,force-confold',
      description: 'Options for dpkg, without the dashes, separated by commas.',
    },
    lock_timeout: {
      type: 'integer',
      minimum: 0,
      default: 60,
      description: 'Seconds to wait for another apt or dpkg on the host.',
    },
  },
} as const;

export type AptParams = ParamsOf<typeof aptParams>;

/** What apt-get has to be asked for these packages; the simulation and the real run share it. */
export function commandOf(params: AptParams, specs: readonly PackageSpec[]): AptCommand {
  const targets = specs.map((spec) => spec.text);
  return { action: actionOf(params), targets, options: optionsOf(params) };
}

/** True where the lists are to be fetched at all. */
export function wantsUpdate(params: AptParams): boolean {
  return params.update_cache ?? params.cache_valid_time !== undefined;
}

function actionOf(params: AptParams): AptCommand['action'] {
  if (params.upgrade === 'yes' || params.upgrade === 'safe') return 'upgrade';
  if (params.upgrade !== 'no') return 'dist-upgrade';
  if (params.state === 'fixed') return 'fix';
  if (params.state === 'build-dep') return 'build-dep';
  const named = params.name !== undefined || params.deb !== undefined;
  if (!named && params.autoremove) return 'autoremove';
  if (params.state !== 'absent') return 'install';
  return params.purge ? 'purge' : 'remove';
}

function optionsOf(params: AptParams): string[] {
  const options: string[] = [];
  const when = (wanted: boolean, option: string): void => {
    if (wanted) options.push(option);
  };
  when(params.install_recommends === true, '--install-recommends');
  when(params.install_recommends === false, '--no-install-recommends');
  if (params.default_release) options.push('-t', params.default_release);
  when(params.only_upgrade, '--only-upgrade');
  when(params.autoremove && actionOf(params) !== 'autoremove', '--auto-remove');
  when(params.purge && actionOf(params) === 'autoremove', '--purge');
  when(params.fail_on_autoremove, '--no-remove');
  when(params.allow_downgrade || params.force, '--allow-downgrades');
  when(params.allow_change_held_packages || params.force, '--allow-change-held-packages');
  when(params.allow_unauthenticated || params.force, '--allow-unauthenticated');
  when(params.force, '--allow-remove-essential');
  return options;
}
