/** An HTTP exchange made through the host's connection, or straight from the control node. */
export interface HttpRequest {
  readonly method: string;
  /** http or https URL; with `via: 'host'` its address is resolved on the host. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly via: 'host' | 'direct';
  /** Connect to this address instead of the URL's host; the name stays for Host and TLS. */
  readonly connectTo?: { readonly address: string; readonly port?: number };
  readonly basicAuth?: { readonly user: string; readonly password: string };
  readonly validateCerts?: boolean;
  /** PEM text of the CA to trust besides the system's. */
  readonly ca?: string;
  readonly followRedirects?: 'none' | 'safe' | 'all';
  /** Milliseconds; default 30 000. */
  readonly timeoutMs?: number;
}

export interface HttpResponse {
  readonly status: number;
  readonly statusText: string;
  /** Lower-case names; repeated ones joined with `, `, set-cookie kept apart. */
  readonly headers: Readonly<Record<string, string>>;
  readonly setCookie: readonly string[];
  readonly body: Buffer;
  readonly url: string;
  readonly durationMs: number;
}
