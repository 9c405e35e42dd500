import type { Generation } from '../harbor/model.ts';

/** Longest password by generation, characters. */
const longest: Readonly<Record<Generation, number>> = { '1.5': 20, '2': 128 };

const shortest = 8;

/**
 * Why Harbor would not take a password or a robot's secret; undefined = it does.
 *
 * @param what how the param is called
 */
export function passwordFault(what: string, password: string, generation: Generation): string | undefined {
  const most = longest[generation];
  const missing = [
    ...(password.length < shortest || password.length > most ? [`${shortest} to ${most} characters`] : []),
    ...(/[A-Z]/.test(password) ? [] : ['an upper-case letter']),
    ...(/[a-z]/.test(password) ? [] : ['a lower-case letter']),
    ...(/[0-9]/.test(password) ? [] : ['a digit']),
  ];
  return missing.length === 0 ? undefined : `${what} must have ${missing.join(', ')} (Harbor ${generation})`;
}
