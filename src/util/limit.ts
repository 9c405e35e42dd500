import pLimit from 'p-limit';

/** Calls an action once it is its turn; the rest waits in the order of asking. */
export type Limit = <Result>(action: () => Promise<Result> | Result) => Promise<Result>;

/** @param most how many actions run at the same time, at least 1 */
export function createLimit(most: number): Limit {
  const limit = pLimit(most);
  return (action) => limit(action);
}
