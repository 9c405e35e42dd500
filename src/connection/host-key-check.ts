import { ConnectionError } from '../model/errors.ts';
import type { ConnectionSpec } from './connection.ts';
import {
  fingerprintOf,
  type HostKeyVerdict,
  hostKeyName,
  judgeHostKey,
  keyTypeOf,
  knownKeyTypes,
  readKnownHosts,
  rememberHostKey,
} from './known-hosts.ts';
import type { ServerHostKeyAlgorithm } from './ssh-library.ts';
import type { SshSettings } from './ssh-settings.ts';

/** What is known of a host's key before connecting, and the judge of the key it sends. */
export interface HostKeyCheck {
  /** Algorithms to offer, those known_hosts has for the host first. */
  readonly algorithms: ServerHostKeyAlgorithm[];
  /** Throws ConnectionError where the key is refused; remembers a new one where that is allowed. */
  verify(key: Buffer): Promise<void>;
}

const allAlgorithms: readonly ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
  'ssh-rsa',
];

export async function hostKeyCheck(settings: SshSettings, spec: ConnectionSpec): Promise<HostKeyCheck> {
  const files = [...settings.userKnownHostsFiles, ...settings.globalKnownHostsFiles];
  const names = namesOf(settings);
  const lines = await readKnownHosts(files, names);
  const known = knownKeyTypes(lines, names);
  const isKnown = (name: string) => known.includes(name.startsWith('rsa-sha2') ? 'ssh-rsa' : name);
  return {
    algorithms: [...allAlgorithms.filter(isKnown), ...allAlgorithms.filter((name) => !isKnown(name))],
    verify: async (key) => {
      const verdict = judgeHostKey(lines, names, key);
      if (verdict.kind === 'known') return;
      const mode = settings.strictHostKeyChecking;
      if (mode === 'no' && (verdict.kind === 'changed' || verdict.kind === 'authority')) return;
      if (verdict.kind !== 'unknown') throw refusal(verdict, settings, spec, key);
      if (mode === 'yes' || !(mode !== 'ask' || (await isConfirmed(settings, spec, key)))) {
        throw unknownKey(files, names[0] ?? '', settings, spec, key);
      }
      await remember(settings, names[0] ?? '', key);
    },
  };
}

/** Whether the key of a connection that was kept would still be taken, without asking anybody. */
export async function isStillTrusted(settings: SshSettings, key: Buffer): Promise<boolean> {
  const names = namesOf(settings);
  const lines = await readKnownHosts(
    [...settings.userKnownHostsFiles, ...settings.globalKnownHostsFiles],
    names,
  );
  const { kind } = judgeHostKey(lines, names, key);
  return kind === 'known' || (kind !== 'revoked' && settings.strictHostKeyChecking === 'no');
}

/** With the port first; an entry for the plain name may vouch too. */
function namesOf(settings: SshSettings): string[] {
  if (settings.hostKeyAlias !== undefined) return [settings.hostKeyAlias.toLowerCase()];
  const names = [hostKeyName(settings.host, settings.port), settings.host.toLowerCase()];
  return [...new Set(names)];
}

async function isConfirmed(settings: SshSettings, spec: ConnectionSpec, key: Buffer): Promise<boolean> {
  if (spec.askSecret === undefined) return false;
  const question =
    `The host key of ${settings.host} port ${settings.port} is not known: ` +
    `${keyTypeOf(key)} ${fingerprintOf(key)}. Trust it and remember it (yes/no)? `;
  return (await spec.askSecret(question)).trim().toLowerCase() === 'yes';
}

async function remember(settings: SshSettings, name: string, key: Buffer): Promise<void> {
  const file = settings.userKnownHostsFiles.find((path) => path !== '/dev/null');
  if (file !== undefined) await rememberHostKey(file, name, key, settings.hashKnownHosts);
}

function refusal(
  verdict: Exclude<HostKeyVerdict, { kind: 'unknown' | 'known' }>,
  settings: SshSettings,
  spec: ConnectionSpec,
  key: Buffer,
): ConnectionError {
  const place = `${verdict.line.file} line ${verdict.line.line}`;
  const sent = `${keyTypeOf(key)} ${fingerprintOf(key)}`;
  const host = `${spec.name}: host key of ${settings.host} port ${settings.port}`;
  if (verdict.kind === 'revoked') {
    return new ConnectionError(`${host} is refused: ${place} marks it as revoked (${sent})`, {
      hint: 'the key was declared stolen; give the host a new one before trusting it again',
    });
  }
  if (verdict.kind === 'authority') {
    return new ConnectionError(`${host} is refused: ${place} trusts a @cert-authority only`, {
      hint: 'host certificates are not supported by the SSH library; add the plain key with ssh-keyscan',
    });
  }
  const known = `${verdict.line.keyType} ${fingerprintOf(verdict.line.key)}`;
  return new ConnectionError(`${host} is refused: it sent ${sent}, but ${place} has ${known}`, {
    hint:
      'someone may be in between; if the host was reinstalled, remove the line with: ' +
      `ssh-keygen -R '${hostKeyName(settings.host, settings.port)}' -f ${verdict.line.file}`,
  });
}

function unknownKey(
  files: readonly string[],
  name: string,
  settings: SshSettings,
  spec: ConnectionSpec,
  key: Buffer,
): ConnectionError {
  const sent = `${keyTypeOf(key)} ${fingerprintOf(key)}`;
  return new ConnectionError(
    `${spec.name}: host key of ${settings.host} port ${settings.port} is not known: it sent ${sent}, and ` +
      `none of ${files.join(', ') || 'no file at all'} has a line for ${name}`,
    {
      hint:
        `compare it and add it: ssh-keyscan -p ${settings.port} ${settings.host} >> ${files[0] ?? '~/.ssh/known_hosts'}; ` +
        "or take new keys as they come: ansible_ssh_common_args: '-o StrictHostKeyChecking=accept-new'",
    },
  );
}
