export { connect } from './connect.ts';
export type {
  Become,
  Connection,
  ConnectionCounters,
  ConnectionSpec,
  ExecRequest,
  ExecResult,
  ExecStream,
  ShellRequest,
} from './connection.ts';
export { createReads } from './create-reads.ts';
