import type { Fault } from '../model/errors.ts';
import { formatPosition, type Position } from '../model/position.ts';

export interface FaultPlace {
  readonly position?: Position | undefined;
  readonly hint?: string | undefined;
}

/** Gathers what is wrong, so that everything can be told at once; a file read twice is told of once. */
export class Faults {
  readonly list: Fault[] = [];
  readonly #seen = new Set<string>();
  /** Values that YAML understood otherwise than meant: what follows from that is not told. */
  readonly #misread = new Set<string>();

  error(code: string, message: string, place: FaultPlace = {}): void {
    this.add([toFault('error', code, message, place)]);
  }

  warning(code: string, message: string, place: FaultPlace = {}): void {
    this.add([toFault('warning', code, message, place)]);
  }

  add(faults: readonly Fault[]): void {
    for (const fault of faults) {
      const key = JSON.stringify([fault.code, fault.message, fault.position]);
      const place = fault.position ? formatPosition(fault.position) : '';
      if (this.#seen.has(key) || this.#misread.has(place)) continue;
      this.#seen.add(key);
      if (fault.code === 'unquoted-template') this.#misread.add(place);
      this.list.push(fault);
    }
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
