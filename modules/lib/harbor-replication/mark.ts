/**
 * A rule that takes more than one request to be complete carries this mark at the end of its description until
 * the last one is done: whatever breaks off in between, the next run knows that it must finish.
 */
const mark = '(not yet complete)';

export function withMark(description: string): string {
  return `${description} ${mark}`.trim();
}

export function hasMark(description: string): boolean {
  return description.endsWith(mark);
}

export function plainDescription(description: string): string {
  return hasMark(description) ? description.slice(0, -mark.length).trimEnd() : description;
}
