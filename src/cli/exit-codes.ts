/** Exit codes of `mooring`; 0, 2, 4, 5 and 99 mean what they mean to ansible-playbook. */
export const exitCodes = {
  ok: 0,
  /** A fault in files, variables or patterns, found before anything ran. */
  fault: 1,
  failed: 2,
  unreachable: 4,
  usage: 5,
  interrupted: 99,
  /** A bug of Mooring. */
  internal: 250,
} as const;
