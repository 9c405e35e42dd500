// Blobs: reading, and uploads in one piece or in many.

import { randomUUID } from 'node:crypto';
import { digestOf } from '../blobs.ts';
import type { Harbor } from '../harbor.ts';
import { empty, HarborError, type WebReply } from '../http.ts';
import { hasBlob, linkBlob } from '../images.ts';
import type { RegistryCall } from './registry.ts';

// Uploads do not survive a restart: clients begin again.
const uploads = new WeakMap<Harbor, Map<string, Buffer[]>>();

export function blobRequest(call: RegistryCall): WebReply {
  const { request, reference } = call;
  const upload = /^uploads\/(.*)$/.exec(reference)?.[1];
  if (upload === undefined) return readBlob(call);
  if (request.method === 'POST') return begin(call);
  const pieces = uploadsOf(call.harbor).get(upload);
  if (pieces === undefined) throw new HarborError('NOT_FOUND', 'blob upload unknown to registry');
  switch (request.method) {
    case 'PATCH':
      return append(call, upload, pieces);
    case 'PUT':
      if (request.body.length > 0) pieces.push(request.body);
      uploadsOf(call.harbor).delete(upload);
      return finish(call, Buffer.concat(pieces));
    case 'GET':
      return progress(call, 204, upload, pieces);
    case 'DELETE':
      uploadsOf(call.harbor).delete(upload);
      return empty(204);
    default:
      throw new HarborError('METHOD_NOT_ALLOWED', 'method not allowed');
  }
}

function begin(call: RegistryCall): WebReply {
  const { harbor, request, repository } = call;
  const mount = request.query.get('mount');
  const from = request.query.get('from');
  if (mount !== null && from !== null && hasBlob(harbor.state, mount, from)) {
    linkBlob(harbor.state, mount, harbor.state.blobs[mount]?.size ?? 0, repository);
    return stored(repository, mount);
  }
  if (request.query.get('digest') !== null) return finish(call, request.body);
  const id = randomUUID();
  uploadsOf(harbor).set(id, []);
  return progress(call, 202, id, []);
}

function append(call: RegistryCall, upload: string, pieces: Buffer[]): WebReply {
  const have = sizeOf(pieces);
  const start = /^(\d+)-\d+$/.exec(call.request.headers['content-range'] ?? '')?.[1];
  if (start !== undefined && Number(start) !== have) return { ...progress(call, 416, upload, pieces) };
  pieces.push(call.request.body);
  return progress(call, 202, upload, pieces);
}

function finish({ harbor, request, repository }: RegistryCall, bytes: Buffer): WebReply {
  const digest = request.query.get('digest') ?? '';
  if (digestOf(bytes) !== digest)
    throw new HarborError('DIGEST_INVALID', 'provided digest did not match uploaded content');
  harbor.blobs.write(bytes);
  linkBlob(harbor.state, digest, bytes.length, repository);
  return stored(repository, digest);
}

function readBlob({ harbor, request, repository, reference }: RegistryCall): WebReply {
  const bytes = hasBlob(harbor.state, reference, repository) ? harbor.blobs.read(reference) : undefined;
  if (bytes === undefined) throw new HarborError('NOT_FOUND', 'blob unknown to registry');
  if (request.method === 'DELETE') throw new HarborError('METHOD_NOT_ALLOWED', 'method not allowed');
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers['range'] ?? '');
  const first = Number(range?.[1] ?? 0);
  const last = Number(range?.[2] || bytes.length - 1);
  const body = range === null ? bytes : bytes.subarray(first, last + 1);
  const part = range === null ? {} : { 'content-range': `bytes ${first}-${last}/${bytes.length}` };
  const headers = {
    'content-type': 'application/octet-stream',
    'content-length': String(body.length),
    'docker-content-digest': reference,
    'accept-ranges': 'bytes',
    ...part,
  };
  return { status: range === null ? 200 : 206, headers, body };
}

function progress(
  { repository }: RegistryCall,
  status: number,
  upload: string,
  pieces: readonly Buffer[],
): WebReply {
  return empty(status, {
    location: `/v2/${repository}/blobs/uploads/${upload}`,
    'docker-upload-uuid': upload,
    range: `0-${Math.max(0, sizeOf(pieces) - 1)}`,
  });
}

function stored(repository: string, digest: string): WebReply {
  return empty(201, { location: `/v2/${repository}/blobs/${digest}`, 'docker-content-digest': digest });
}

function sizeOf(pieces: readonly Buffer[]): number {
  return pieces.reduce((sum, piece) => sum + piece.length, 0);
}

function uploadsOf(harbor: Harbor): Map<string, Buffer[]> {
  const known = uploads.get(harbor) ?? new Map<string, Buffer[]>();
  uploads.set(harbor, known);
  return known;
}
