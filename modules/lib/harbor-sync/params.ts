import type { HarborLogin } from '../harbor/login.ts';
import { harborLoginParams } from '../harbor/login.ts';
import type { Selection } from './images.ts';

/** The login at the other Harbor. */
export const peerParam = {
  type: 'object',
  additionalProperties: false,
  required: ['url', 'password'],
  description: 'The other Harbor: the login params of this module once more.',
  properties: {
    ...harborLoginParams,
    via: {
      type: 'string',
      enum: ['host', 'direct'],
      description: '`host` or `direct`, as above; the same as for this Harbor unless given.',
    },
  },
} as const;

/** Which images two Harbors are compared by. */
export const selectionParams = {
  projects: {
    type: 'array',
    items: { type: 'string' },
    minItems: 1,
    description: 'Projects to compare.',
  },
  repositories: {
    type: 'array',
    items: { type: 'string' },
    default: [],
    description:
      'Patterns on repositories with their project, `example/app*`; `**` crosses slashes. Empty: all of the projects.',
  },
  tags: {
    type: 'array',
    items: { type: 'string' },
    default: [],
    description: 'Patterns on tags. Empty: all.',
  },
} as const;

export interface PeerParams {
  readonly url: string;
  readonly username: string;
  readonly password: string;
  readonly validate_certs: boolean;
  readonly ca?: string | undefined;
  readonly via?: 'host' | 'direct' | undefined;
  readonly api: 'auto' | '1.5' | '2';
  readonly timeout: number;
}

/** The peer's login; what this side goes by counts for both unless said. */
export function peerLogin(login: Pick<HarborLogin, 'via'>, peer: PeerParams): HarborLogin {
  return { ...peer, via: peer.via ?? login.via };
}

export function selectionOf(params: {
  readonly projects?: readonly string[] | undefined;
  readonly repositories: readonly string[];
  readonly tags: readonly string[];
}): Selection {
  const { projects = [], repositories, tags } = params;
  return { projects, repositories, tags };
}
