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
export { httpRequest } from './http.ts';
export { StepNotRun } from './in-flight.ts';
export { readJob, startJob } from './jobs.ts';
export { captureLimit } from './output-capture.ts';
export { brokerFolder } from './persist/broker-place.ts';
export type { KeptConnectionInfo } from './persist/messages.ts';
export { endKeptConnections, listKeptConnections, runBroker } from './persist/run-broker.ts';
export { holdReads } from './step-barrier.ts';
export { putFile } from './writes/put-file.ts';
export { removePath } from './writes/remove-path.ts';
export { stageFiles } from './writes/stage-files.ts';
