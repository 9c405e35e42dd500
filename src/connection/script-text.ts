import type { ShellRequest } from './connection.ts';

/** Where a request's standard input comes from, in shell text. */
export interface InputText {
  /** Before the subshell, e.g. a decoder with its pipe. */
  readonly before: string;
  /** Behind the subshell: a redirection. */
  readonly after: string;
  /** Lines behind the command line: the body of a here-document. */
  readonly body: string;
}

export const noInput: InputText = { before: '', after: '</dev/null', body: '' };
/** Standard input is that of the channel: only for channels that carry one command. */
export const channelInput: InputText = { before: '', after: '', body: '' };

/**
 * A payload as shell text. Plain text ending in a line feed rides as a quoted here-document; anything else
 * (NUL, odd bytes, no final line feed) as base64, which dash, bash and busybox take unchanged.
 */
export function inputText(payload: Uint8Array | undefined): InputText {
  if (payload === undefined || payload.length === 0) return noInput;
  const text = plainText(payload);
  if (text !== undefined && !hasLine(text, endOfPayload)) {
    return { before: '', after: `<<'${endOfPayload}'`, body: `${text}${endOfPayload}\n` };
  }
  const body = `${base64Lines(payload)}${endOfPayload}\n`;
  return { before: `base64 -d <<'${endOfPayload}' | `, after: '', body };
}

/** The script with the locale it asked for; `login` leaves the environment alone. */
export function withLocale(request: Pick<ShellRequest, 'script' | 'locale'>): string {
  return request.locale === 'C' ? `LC_ALL=C; export LC_ALL; ${request.script}` : request.script;
}

/** base64 in lines of 76 characters, each ended by a line feed. */
function base64Lines(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
  return text.replaceAll(/.{1,76}/g, '$&\n');
}

const endOfPayload = 'MOORING_END_OF_PAYLOAD';

function hasLine(text: string, line: string): boolean {
  return text.startsWith(`${line}\n`) || text.includes(`\n${line}\n`);
}

/** The bytes as text where a here-document hands them on unchanged. */
function plainText(bytes: Uint8Array): string | undefined {
  if (bytes.length > 65_536) return undefined;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  return /^[\t\n\x20-\x7e]*\n$/.test(text) ? text : undefined;
}
