/** A place in a file the user wrote. Lines and columns count from 1. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly col: number;
}

/** `file:line:col`, the form editors and terminals link to. */
export function formatPosition(position: Position): string {
  return `${position.file}:${position.line}:${position.col}`;
}
