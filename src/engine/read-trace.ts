import type { LocalUse } from './local-files.ts';
import { Looked } from './looked.ts';

/** What a read learned about itself, for those who judge its result. */
export interface ReadTrace {
  /** It looked at more than the host: network, other hosts, folders of the control node. */
  outside: boolean;
  /** Some of it went another way than through the host's shell, so behind no step that was sent there. */
  aside: boolean;
  /** Single files of the control node that it used. */
  readonly localFiles: LocalUse[];
  /** Files that were rendered with variables. */
  readonly renders: Render[];
  /** Something was missing or a command said no: in check mode that may be for want of an earlier step. */
  sawAbsence: boolean;
  /** What it looked at on the host. */
  readonly looked: Looked;
}

/** A file rendered with the variables there were then. */
export interface Render {
  /** Some of the variables are set by other hosts, or change as hosts fail. */
  readonly usedOthers: boolean;
  /** Whether it would come out the same now. */
  isSame(): boolean;
}

/** Nothing is known yet. */
export function startTrace(): ReadTrace {
  return {
    outside: false,
    aside: false,
    localFiles: [],
    renders: [],
    sawAbsence: false,
    looked: new Looked(),
  };
}

export function lookElsewhere(trace: ReadTrace): void {
  trace.outside = true;
  trace.aside = true;
  trace.looked.noteMore();
}
