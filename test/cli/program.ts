/** The program as a process of its own, from the sources: `node --import tsx test/cli/program.ts WORDS`. */
import { main } from '../../src/cli/main.ts';

await main(process.argv.slice(2));
process.exit();
