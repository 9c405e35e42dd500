// Log lines in the form of Harbor's own, to stdout, where the container's log driver takes them.

type LogLevel = 'DEBUG' | 'INFO' | 'WARNING' | 'ERROR' | 'FATAL';
export type Log = (level: LogLevel, text: string) => void;

export const consoleLog: Log = (level, text) => {
  if (level === 'DEBUG' && process.env['LOG_LEVEL'] !== 'debug') return;
  process.stdout.write(`${new Date().toISOString().slice(0, 19)}Z [${level}] ${text}\n`);
};

export const silentLog: Log = () => undefined;

/** The text of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
