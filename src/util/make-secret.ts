import { execFile } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Random text, each character drawn evenly from the given ones. */
export function makePassword(length: number, characters: string): string {
  return Array.from({ length }, () => characters[randomInt(characters.length)]).join('');
}

export interface CertificateRequest {
  readonly subject: string;
  /** DNS names and IP addresses. */
  readonly names: readonly string[];
  readonly days: number;
  readonly bits: number;
  readonly isAuthority: boolean;
  readonly authority?: { readonly certificate: string; readonly key: string };
}

export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

/**
 * Makes an RSA key and a certificate for it with openssl; keys only ever lie in a 0700 directory that
 * is gone afterwards.
 *
 * @returns PEM texts
 * @throws Error with openssl's message, or saying that it is not installed
 */
export async function makeCertificate(request: CertificateRequest): Promise<Certificate> {
  const directory = await mkdtemp(join(tmpdir(), 'mooring-'));
  try {
    const file = (name: string): string => join(directory, name);
    await writeFile(file('config'), opensslConfig(request), { mode: 0o600 });
    const create = [
      'req',
      '-new',
      '-nodes',
      '-newkey',
      `rsa:${request.bits}`,
      '-keyout',
      file('key'),
      '-config',
      file('config'),
    ];
    const days = ['-days', String(request.days), '-sha256'];
    if (request.authority) {
      await writeFile(file('ca'), request.authority.certificate, { mode: 0o600 });
      await writeFile(file('ca-key'), request.authority.key, { mode: 0o600 });
      await openssl([...create, '-out', file('request')]);
      const sign = [
        '-CA',
        file('ca'),
        '-CAkey',
        file('ca-key'),
        '-CAcreateserial',
        '-extfile',
        file('config'),
        '-extensions',
        'ext',
      ];
      await openssl(['x509', '-req', '-in', file('request'), ...sign, ...days, '-out', file('crt')]);
    } else {
      await openssl([...create, '-x509', '-extensions', 'ext', ...days, '-out', file('crt')]);
    }
    return { certificate: await readFile(file('crt'), 'utf8'), key: await readFile(file('key'), 'utf8') };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function opensslConfig(request: CertificateRequest): string {
  const names = request.names.map((name) => (/^[\d.]+$|:/.test(name) ? `IP:${name}` : `DNS:${name}`));
  const extensions = request.isAuthority
    ? ['basicConstraints = critical, CA:TRUE', 'keyUsage = critical, keyCertSign, cRLSign']
    : [
        'basicConstraints = CA:FALSE',
        'keyUsage = critical, digitalSignature, keyEncipherment',
        'extendedKeyUsage = serverAuth',
      ];
  return [
    '[req]',
    'prompt = no',
    'distinguished_name = dn',
    '[dn]',
    `CN = ${request.subject}`,
    '[ext]',
    'subjectKeyIdentifier = hash',
    ...extensions,
    ...(names.length > 0 ? [`subjectAltName = ${names.join(', ')}`] : []),
    '',
  ].join('\n');
}

async function openssl(args: readonly string[]): Promise<void> {
  try {
    await promisify(execFile)('openssl', [...args], { timeout: 120_000 });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      throw new Error('openssl is not installed on the control node', { cause: error });
    }
    const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error);
    throw new Error(`openssl: ${stderr}`, { cause: error });
  }
}
