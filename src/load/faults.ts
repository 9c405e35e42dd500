import type { Fault } from '../model/errors.ts';
import type { Position } from '../model/position.ts';

export interface FaultPlace {
  readonly position?: Position | undefined;
  readonly hint?: string | undefined;
}

/** Gathers what is wrong, so that everything can be told at once. */
export class Faults {
  readonly list: Fault[] = [];

  error(code: string, message: string, place: FaultPlace = {}): void {
    this.list.push(toFault('error', code, message, place));
  }

  warning(code: string, message: string, place: FaultPlace = {}): void {
    this.list.push(toFault('warning', code, message, place));
  }

  add(faults: readonly Fault[]): void {
    this.list.push(...faults);
  }
}

function toFault(severity: Fault['severity'], code: string, message: string, place: FaultPlace): Fault {
  return {
    severity,
    code,
    message,
    ...(place.position ? { position: place.position } : {}),
    ...(place.hint ? { hint: place.hint } : {}),
  };
}
