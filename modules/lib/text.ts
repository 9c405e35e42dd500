import { createHash } from 'node:crypto';

/** Largest file whose text is read for a diff, bytes. */
export const diffLimit = 128 * 1024;

/** The bytes as text, or undefined where they are not UTF-8 text. */
export function asText(bytes: Uint8Array): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** SHA-256, hex. */
export function sha256(content: string | Uint8Array): string {
  return digest('sha256', content);
}

/** Any checksum that OpenSSL knows, hex. */
export function digest(algorithm: string, content: string | Uint8Array): string {
  return createHash(algorithm).update(content).digest('hex');
}

/** JSON with the spaces and escapes that Ansible's `copy: content:` writes for mappings and lists. */
export function pythonJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const pairs = Object.entries(value).map(([key, item]) => `${pythonJson(key)}: ${pythonJson(item)}`);
    return `{${pairs.join(', ')}}`;
  }
  return JSON.stringify(value).replaceAll(
    /[\u007f-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
