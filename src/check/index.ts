export { type CheckOptions, checkRun } from './check-run.ts';
export { withoutAllowed } from './lint/allow.ts';
export { lintRules, lintRun, ruleSummaries } from './lint/lint-run.ts';
export { connectionNames } from './magic-names.ts';
