export type { ExecResult } from '../connection/connection.ts';
export type * from '../connection/host-reads.ts';
export type * from '../connection/http-request.ts';
export { CommandError, ParamsError } from '../model/errors.ts';
export type { Diff } from '../model/result.ts';
export { isMap, isUnknown, Unknown, type Value, type ValueMap } from '../model/value.ts';
export * from './define-module.ts';
export type * from './host-access.ts';
export type * from './step.ts';
