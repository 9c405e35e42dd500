// Everything under /v2/ comes through the ui, which looks at pulls and writes and lists, and passes the rest on.

import { request as httpRequest, type IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { type Call, type Handler, type Harbor, isReadOnly, textSetting } from '../harbor.ts';
import { messageOf } from '../log.ts';
import { RegistryError } from '../registry.ts';
import { abort, fail, goJson, type WebReply } from '../web.ts';

const PULL = /^\/v2\/(.+)\/manifests\/([\w][\w.:-]{0,127})$/;

export const pass: Handler = async (call) => {
  const { harbor, request } = call;
  const { method } = request;
  const path = `/${call.params['path']}`;
  if (['DELETE', 'POST', 'PATCH', 'PUT'].includes(method) && (await isReadOnly(harbor))) {
    return refusal(403, 'DENIED', 'The system is in read only mode. Any modification is prohibited.');
  }
  const [, repository, reference] = method === 'GET' ? (PULL.exec(path) ?? []) : [];
  if (repository !== undefined && reference !== undefined) {
    const refused = await checkPull(harbor, repository, reference);
    if (refused !== undefined) return refused;
  }
  const reply = await forward(call, path);
  return method === 'GET' && path === '/v2/_catalog' && reply.status === 200
    ? onlyKnown(harbor, reply)
    : reply;
};

// Harbor looks the digest up before each pull; a registry that does not trust its tokens shows here.
async function checkPull(
  harbor: Harbor,
  repository: string,
  reference: string,
): Promise<WebReply | undefined> {
  if (!repository.includes('/'))
    return refusal(400, 'PROJECT_POLICY_VIOLATION', `Bad repository name: ${repository}`);
  try {
    await harbor.registry.manifest(repository, reference);
    return undefined;
  } catch (error) {
    harbor.log('ERROR', `Failed to get digest for reference: ${reference}, error: ${messageOf(error)}`);
    const reason = error instanceof RegistryError ? `${error.status} ` : messageOf(error);
    return refusal(500, 'PROJECT_POLICY_VIOLATION', `Failed due to internal Error: ${reason}`);
  }
}

async function forward({ harbor, request }: Call, path: string): Promise<WebReply> {
  const target = new URL(await textSetting(harbor, 'registry_url'));
  const search = request.target.includes('?') ? request.target.slice(request.target.indexOf('?')) : '';
  try {
    const incoming = await new Promise<IncomingMessage>((resolve, reject) => {
      const outgoing = httpRequest(
        {
          host: target.hostname,
          port: target.port || 80,
          method: request.method,
          path: encodeURI(path) + search,
          headers: {
            ...request.headers,
            'x-forwarded-for': request.headers['x-forwarded-for'] ?? request.remote,
          },
        },
        resolve,
      );
      outgoing.on('error', reject);
      const source = request.stream ?? Readable.from([]);
      // A client that goes away in the middle of an upload takes the upload with it.
      source.once('close', () => source.readableEnded || outgoing.destroy());
      source.pipe(outgoing);
    });
    return { status: incoming.statusCode ?? 502, headers: headersOf(incoming), body: incoming };
  } catch (error) {
    harbor.log('ERROR', `http: proxy error: ${messageOf(error)}`);
    return abort(502);
  }
}

function headersOf(incoming: IncomingMessage): [string, string][] {
  const headers: [string, string][] = [];
  for (let index = 0; index < incoming.rawHeaders.length; index += 2) {
    const name = incoming.rawHeaders[index] ?? '';
    if (!/^(connection|keep-alive|transfer-encoding)$/i.test(name))
      headers.push([name, incoming.rawHeaders[index + 1] ?? '']);
  }
  return headers;
}

async function onlyKnown(harbor: Harbor, reply: WebReply): Promise<WebReply> {
  const chunks: Buffer[] = [];
  for await (const chunk of reply.body as Readable) chunks.push(Buffer.from(chunk));
  const { repositories } = JSON.parse(Buffer.concat(chunks).toString()) as { repositories: string[] | null };
  const known = new Set((await harbor.tables.select('repository')).map((row) => row.name));
  const shown = (repositories ?? []).filter((name) => known.has(name));
  const headers = reply.headers.filter(([name]) => name.toLowerCase() !== 'content-length');
  return { ...reply, headers, body: goJson({ repositories: shown.length === 0 ? null : shown }) };
}

function refusal(status: number, code: string, text: string): WebReply {
  const reply = fail(status);
  return { ...reply, body: goJson({ errors: [{ code, message: text, detail: text }] }) };
}
