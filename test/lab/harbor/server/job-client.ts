// The ui's side of the jobservice API.

import type { Fetcher, FetchReply } from './fetcher.ts';

export interface JobRequest {
  readonly name: 'IMAGE_TRANSFER' | 'IMAGE_DELETE' | 'IMAGE_REPLICATE';
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly metadata: { readonly kind: 'Generic' | 'Periodic'; readonly cron_spec?: string };
  /** Where the jobservice reports each change of status. */
  readonly status_hook: string;
}

export interface JobClient {
  /** Hands a job over; returns its id. Throws where the jobservice does not take it. */
  submit(job: JobRequest): Promise<string>;
  stop(id: string): Promise<void>;
  log(id: string): Promise<string>;
}

/** The jobservice over HTTP. */
export function jobserviceOverHttp(url: () => Promise<string>, secret: string, fetch: Fetcher): JobClient {
  const ask = async (method: string, path: string, body?: unknown): Promise<FetchReply> => {
    const reply = await fetch({
      method,
      url: `${await url()}/api/v1/jobs${path}`,
      headers: { authorization: `Harbor-Secret ${secret}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (reply.status >= 400) throw new Error(`http error: code ${reply.status}, message ${reply.body}`);
    return reply;
  };
  return {
    async submit(job) {
      const reply = await ask('POST', '', { job });
      return JSON.parse(reply.body.toString()).job.id as string;
    },
    async stop(id) {
      await ask('POST', `/${id}`, { action: 'stop' });
    },
    async log(id) {
      return (await ask('GET', `/${id}/log`)).body.toString();
    },
  };
}
