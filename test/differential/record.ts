/**
 * Asks ansible-playbook about the cases that are new or have changed, and keeps its answers in recorded.json.
 *
 *   npm run differential:record              # what is new
 *   npm run differential:record -- --all     # everything
 */
import { writeFileSync } from 'node:fs';
import { createLimit } from '../../src/util/limit.ts';
import { hashOf } from './case.ts';
import { allCases } from './cases/index.ts';
import { type Answer, readRecorded, recordedFile } from './recorded.ts';
import { ansiblePlaybook, startSite } from './site.ts';

const everything = process.argv.includes('--all');
const recorded: Record<string, Answer> = everything ? {} : readRecorded();
const wanted = allCases.filter((one) => recorded[one.title]?.asked !== hashOf(one));
const site = await startSite();
const limit = createLimit(2);
try {
  await Promise.all(wanted.map((one) => limit(() => record(one))));
} finally {
  await site.stop();
}
save();

async function record(one: (typeof allCases)[number]): Promise<void> {
  const { said, ...outcome } = await site.run(one, ansiblePlaybook(site));
  recorded[one.title] = { asked: hashOf(one), ...outcome };
  process.stdout.write(`${one.title}: ${JSON.stringify(outcome)}\n`);
  if (process.argv.includes('--verbose')) process.stdout.write(said);
  save();
}

function save(): void {
  const known = allCases.flatMap(({ title }): [string, Answer][] => {
    const answer = recorded[title];
    return answer ? [[title, answer]] : [];
  });
  writeFileSync(recordedFile, `${JSON.stringify(Object.fromEntries(known), null, 2)}\n`);
}
