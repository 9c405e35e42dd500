/** The broker as a process of its own, from the sources. */
import { fileURLToPath } from 'node:url';
import { runBroker } from '../../../src/connection/index.ts';

/** The command line that starts it. */
export const brokerProgram: readonly string[] = [
  ...[process.execPath, '--import', import.meta.resolve('tsx')],
  fileURLToPath(import.meta.url),
];

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await runBroker();
  process.exit();
}
