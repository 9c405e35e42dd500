import type { ParamsOf } from '../../src/module/index.ts';
import { splitOpts } from './fstab.ts';

export const mountParams = {
  type: 'object',
  required: ['path', 'state'],
  properties: {
    path: { type: 'string', pattern: '^/', description: 'Mount point, absolute.' },
    src: {
      type: 'string',
      minLength: 1,
      description: 'Device, `UUID=…`, `LABEL=…`, `server:/path`, or a directory for a bind mount.',
    },
    fstype: {
      type: 'string',
      minLength: 1,
      description:
        'Type of file system; `none` for a bind mount. A FUSE file system counts as the type it stands for.',
    },
    opts: {
      type: ['string', 'array'],
      items: { type: 'string' },
      description: 'Mount options as in fstab; default: those of the line that is there, else `defaults`.',
    },
    dump: { type: ['string', 'integer'], description: 'Fifth field of fstab; default: as it is, else 0.' },
    passno: { type: ['string', 'integer'], description: 'Sixth field of fstab; default: as it is, else 0.' },
    state: {
      enum: ['mounted', 'unmounted', 'present', 'absent', 'remounted', 'ephemeral'],
      description:
        '`mounted`: now and in fstab; `unmounted`: not now, fstab as it is; `present`: in fstab only; `absent`: neither, and the empty mount point is removed; `ephemeral`: now, without fstab; `remounted`: mount options taken over anew.',
    },
    fstab: { type: 'string', default: '/etc/fstab', description: 'The file to keep the line in.' },
    boot: { type: 'boolean', default: true, description: 'Mount at boot; false adds `noauto`.' },
    backup: { type: 'boolean', default: false, description: 'Keep the old fstab beside the new one.' },
    mode: {
      type: 'string',
      pattern: '^[0-7]{3,4}$',
      default: '0755',
      description: 'Mode of a mount point that has to be made, octal, quoted.',
    },
    sentinel: {
      type: 'string',
      minLength: 1,
      description: 'File that must be seen below the path once mounted, absolute or relative to it.',
    },
    timeout: {
      type: 'integer',
      minimum: 1,
      default: 60,
      description: 'Seconds that mounting or unmounting may take.',
    },
  },
} as const;

export type MountParams = ParamsOf<typeof mountParams>;

/** What the task wants of mount point and fstab line, in one shape. */
export interface DesiredMount {
  readonly path: string;
  readonly src: string;
  readonly fstype: string;
  /** undefined = whatever the line has. */
  readonly opts: string | undefined;
  readonly bind: boolean;
  readonly sentinel: string | undefined;
}

export function desiredMount(params: MountParams): DesiredMount {
  const path = params.path.length > 1 ? params.path.replace(/\/+$/, '') : params.path;
  const given = typeof params.opts === 'string' ? params.opts : params.opts?.join(',');
  const opts = params.boot ? given : [given ?? 'defaults', 'noauto'].join(',');
  const words = splitOpts(opts ?? '');
  const fstype = params.fstype ?? '';
  return {
    path,
    src: params.src ?? '',
    fstype,
    opts: opts === '' ? 'defaults' : opts,
    bind: words.includes('bind') || words.includes('rbind') || fstype === 'bind',
    sentinel: params.sentinel?.startsWith('/') === false ? `${path}/${params.sentinel}` : params.sentinel,
  };
}
