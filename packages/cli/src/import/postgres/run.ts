import type { Call } from '../../command.ts';
import { EXIT, type ExitCode } from '../../exit-codes.ts';
import { plural } from '../../output/words.ts';
import { stopRequests } from '../../stop-requests.ts';
import { ImportedJobs } from '../enqueue-jobs.ts';
import { noteMap } from '../note-map.ts';
import { ImportReport } from '../report.ts';
import type { FoundSchedule } from '../schedule.ts';
import { moveJobs } from './move-jobs.ts';
import type { PgSystem } from './scope.ts';

interface PgImport {
  readonly open: () => Promise<PgSystem>;
  readonly schedules: () => Promise<readonly FoundSchedule[]>;
}

/** Moves the jobs of another system in the same database, page by page, and says what it came to. */
export async function runPgImport(
  { options, output, surroundings, database }: Call<{ readonly dryRun: boolean; readonly strict: boolean }>,
  { open, schedules }: PgImport,
): Promise<ExitCode> {
  const { driver, context } = await database();
  await context().pauses(); // what is wrong with our schema is told before anything is looked at
  const system = await open();
  const report = new ImportReport();
  for (const { queue, jobs } of system.unmapped) report.addQueueLeft(queue, 'has no entry in the map', jobs);
  const requests = stopRequests(surroundings, undefined);
  let isDone = true;
  try {
    const jobs = new ImportedJobs(context());
    for (const scope of system.scopes) {
      isDone = await moveJobs(scope, {
        driver,
        jobs,
        report,
        requests,
        isTrial: options.dryRun,
        onPage: () => output.note(`${plural(report.moved, 'job')} so far`),
      });
      if (!isDone) break;
    }
  } finally {
    requests.end();
  }
  if (isDone) report.schedules.push(...(await schedules()));
  report.running = await system.running(driver);
  report.write(output, system.name, options.dryRun);
  if (!isDone) {
    output.note('stopped before the end: the same command goes on');
    return EXIT.interrupted;
  }
  noteMap(output, system.unmapped);
  return options.strict && !report.isComplete ? EXIT.notInOrder : EXIT.done;
}
