import { X509Certificate } from 'node:crypto';
import type { SecretRequest, Value } from '../../src/module/index.ts';

/** One entry of `secret_file.secrets`, as written. */
export interface WantedSecret {
  readonly type?: 'password' | 'certificate' | 'authority';
  readonly length?: number;
  readonly characters?: string;
  readonly subject?: string;
  readonly names?: readonly string[];
  readonly days?: number;
  readonly bits?: number;
  readonly signed_by?: string;
}

const alphanumeric = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const dayMs = 86_400_000;

/** Renewed when fewer days than this are left. */
const renewBeforeDays = 30;

/**
 * What has to be made: entries that are missing, and certificates that no longer fit their names, are
 * about to expire, or whose authority is made anew.
 *
 * @param wanted entries by name
 * @param values what the file holds
 * @param now milliseconds since 1970
 * @returns requests in an order in which each authority comes before what it signs, with the reasons
 */
export function secretsToMake(
  wanted: Readonly<Record<string, WantedSecret>>,
  values: Readonly<Record<string, Value>>,
  now: number,
): readonly { readonly request: SecretRequest; readonly why: string }[] {
  const authoritiesFirst = Object.entries(wanted).sort(
    ([, a], [, b]) => Number(a.type !== 'authority') - Number(b.type !== 'authority'),
  );
  const made = new Set<string>();
  return authoritiesFirst.flatMap(([name, secret]) => {
    const why = made.has(secret.signed_by ?? '')
      ? `its authority ${secret.signed_by} is new`
      : whyMake(name, secret, values, now);
    if (why === undefined) return [];
    made.add(name);
    return [{ request: requestFor(name, secret), why }];
  });
}

/** Names of all variables an entry puts into the file. */
export function variablesOf(name: string, secret: WantedSecret): readonly string[] {
  return isCertificate(secret) ? [name, `${name}_key`] : [name];
}

function whyMake(
  name: string,
  secret: WantedSecret,
  values: Readonly<Record<string, Value>>,
  now: number,
): string | undefined {
  if (variablesOf(name, secret).some((variable) => typeof values[variable] !== 'string')) return 'missing';
  if (!isCertificate(secret)) return undefined;
  const certificate = new X509Certificate(String(values[name]));
  const days = (Date.parse(certificate.validTo) - now) / dayMs;
  if (days < renewBeforeDays) return `expires in ${Math.floor(days)} days`;
  const lacking = (secret.names ?? []).filter((wantedName) => !covers(certificate, wantedName));
  return lacking.length > 0 ? `does not name ${lacking.join(', ')}` : undefined;
}

function covers(certificate: X509Certificate, name: string): boolean {
  const isAddress = /^[\d.]+$|:/.test(name);
  return (isAddress ? certificate.checkIP(name) : certificate.checkHost(name)) !== undefined;
}

function isCertificate(secret: WantedSecret): boolean {
  return secret.type === 'certificate' || secret.type === 'authority';
}

function requestFor(name: string, secret: WantedSecret): SecretRequest {
  if (!isCertificate(secret)) {
    return {
      kind: 'password',
      name,
      length: secret.length ?? 24,
      characters: secret.characters ?? alphanumeric,
    };
  }
  return {
    kind: 'certificate',
    name,
    subject: secret.subject ?? name,
    names: secret.names ?? [],
    days: secret.days ?? 3650,
    bits: secret.bits ?? 2048,
    isAuthority: secret.type === 'authority',
    ...(secret.signed_by === undefined ? {} : { signedBy: secret.signed_by }),
  };
}
