/** Where a Harbor is and who asks. */
export interface HarborLogin {
  /** Base address without a slash at its end: `https://a.example.com`. */
  readonly url: string;
  readonly username: string;
  readonly password: string;
  readonly validate_certs: boolean;
  readonly ca?: string | undefined;
  readonly via: 'host' | 'direct';
  readonly api: 'auto' | '1.5' | '2';
  /** Seconds an answer may take. */
  readonly timeout: number;
}

/** Params every harbor_* module over the API has. */
export const harborLoginParams = {
  url: {
    type: 'string',
    pattern: '^https?://[^/]+/?$',
    description: 'Address of the Harbor, without a path: `https://a.example.com`.',
  },
  username: {
    type: 'string',
    default: 'admin',
    description: 'User that asks; most needs a system administrator.',
  },
  password: { type: 'string', writeOnly: true, description: 'Password of that user.' },
  validate_certs: {
    type: 'boolean',
    default: true,
    description: 'Whether the certificate is checked.',
  },
  ca: { type: 'string', description: 'PEM text of a CA to trust besides the usual ones.' },
  via: {
    type: 'string',
    enum: ['host', 'direct'],
    default: 'host',
    description: '`host`: from the host, through its connection; `direct`: from the control node itself.',
  },
  api: {
    type: 'string',
    enum: ['auto', '1.5', '2'],
    default: 'auto',
    description: 'API generation; `auto` asks the server.',
  },
  timeout: {
    type: 'number',
    default: 30,
    exclusiveMinimum: 0,
    description: 'How many seconds one answer may take.',
  },
} as const;
