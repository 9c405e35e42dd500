export { type CheckOptions, checkRun } from './check-run.ts';
export { type ExplainedTask, explainTask, type Reason, taskNames } from './explain/task.ts';
export { type ExplainedVariable, explainVariable, type OtherValue } from './explain/variable.ts';
export { inventoryExpressions } from './inventory-expressions.ts';
export { withoutAllowed } from './lint/allow.ts';
export { lintRules, lintRun, ruleSummaries } from './lint/lint-run.ts';
export { withoutMadeGroups } from './made-groups.ts';
export { connectionNames } from './magic-names.ts';
