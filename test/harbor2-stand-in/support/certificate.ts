import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A certificate for an address that nobody has signed, with its key (PEM). */
export function selfSigned(address: string): { readonly cert: string; readonly key: string } {
  const folder = mkdtempSync(join(tmpdir(), 'certificate-'));
  const files = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
  const kind = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', `/CN=${address}`];
  const options = ['-addext', `subjectAltName=IP:${address}`, '-keyout', files.key, '-out', files.cert];
  execFileSync('openssl', [...kind, ...options], { stdio: 'ignore' });
  const pair = { cert: readFileSync(files.cert, 'utf8'), key: readFileSync(files.key, 'utf8') };
  rmSync(folder, { recursive: true });
  return pair;
}
