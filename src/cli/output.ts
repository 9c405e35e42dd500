import type { Emit } from '../model/event.ts';
import {
  createHumanReport,
  createJsonReport,
  createPaint,
  createPlainLive,
  createTerminalLive,
  type Paint,
} from '../report/index.ts';
import type { Redactor } from '../util/redact.ts';
import { flushStdout, writeBatched } from './batched-stdout.ts';

export interface OutputOptions {
  readonly output: 'human' | 'json';
  readonly verbosity: number;
  readonly diff: boolean;
  readonly redactor: Redactor;
}

export interface Output {
  readonly emit: Emit;
  readonly stop: () => void;
}

/** Colours where stdout is a terminal and NO_COLOR is not set. */
function stdoutPaint(): Paint {
  return createPaint(process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined);
}

/** As `stdoutPaint`, for what goes to stderr. */
export function stderrPaint(): Paint {
  return createPaint(process.stderr.isTTY === true && process.env['NO_COLOR'] === undefined);
}

/** The reports of a run: what `--output` names, secrets masked, and what is running right now. */
export function createOutput(options: OutputOptions): Output {
  if (options.output === 'json')
    return { emit: createJsonReport(writeBatched, options.redactor), stop: flushStdout };
  const writeMasked = (line: string): void => writeBatched(`${options.redactor.text(line)}\n`);
  const isTerminal = process.stdout.isTTY === true;
  const live = isTerminal
    ? createTerminalLive({
        writeLine: writeMasked,
        writeRaw: (text) => writeBatched(options.redactor.text(text)),
        columns: () => process.stdout.columns,
      })
    : createPlainLive({ writeLine: writeMasked });
  const human = createHumanReport({
    writeLine: live.writeLine,
    paint: stdoutPaint(),
    width: isTerminal ? Math.min(process.stdout.columns, 120) : 79,
    verbosity: options.verbosity,
    diff: options.diff,
  });
  return {
    emit: (event) => {
      live.emit(event);
      human(event);
    },
    stop: () => {
      live.stop();
      flushStdout();
    },
  };
}
