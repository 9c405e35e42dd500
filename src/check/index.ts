export { type CheckOptions, checkRun } from './check-run.ts';
