import type { Call } from '../../command.ts';
import { EXIT, type ExitCode } from '../../exit-codes.ts';
import { plural } from '../../output/words.ts';
import { stopRequests } from '../../stop-requests.ts';
import { ImportedJobs } from '../enqueue-jobs.ts';
import { checkNames, type JobMap } from '../job-map.ts';
import { ImportReport } from '../report.ts';
import { ScheduleKeys } from '../schedule-keys.ts';
import type { OpenQueue } from './bullmq-types.ts';
import { moveJobs } from './move.ts';
import { importSchedulers } from './schedulers.ts';

interface BullImport {
  readonly queues: readonly string[];
  readonly map: JobMap;
  readonly open: (name: string) => Promise<OpenQueue>;
  readonly isSet: boolean;
}

/** Moves the waiting jobs of queues of BullMQ, one queue after the other, and says what it came to. */
export async function runBullImport(
  { options, output, surroundings, database }: Call<{ readonly dryRun: boolean; readonly strict: boolean }>,
  { queues, map, open, isSet }: BullImport,
): Promise<ExitCode> {
  const { context: make } = await database();
  const context = make();
  checkNames(map, context);
  await context.pauses(); // what is wrong with our schema is told before anything is taken
  const report = new ImportReport();
  const jobs = new ImportedJobs(context);
  const keys = new ScheduleKeys(context);
  const requests = stopRequests(surroundings, undefined);
  let isDone = true;
  try {
    for (const name of queues) {
      const opened = await open(name);
      try {
        // Schedulers first: what they have left behind is a job like others then.
        const schedules = await importSchedulers({ open: opened, map, context, keys, isSet });
        report.schedules.push(...schedules);
        isDone = await moveJobs({
          open: opened,
          schedulers: new Set(schedules.filter((one) => !one.isSet).map(({ spec }) => spec.key)),
          map,
          jobs,
          report,
          requests,
          isTrial: options.dryRun,
          onPage: () => output.note(`${plural(report.moved, 'job')} so far`),
        });
        if (!isDone) break;
        report.running += await opened.client.llen(opened.queue.toKey('active'));
      } finally {
        await opened.close();
      }
    }
  } finally {
    requests.end();
  }
  report.write(output, 'BullMQ', options.dryRun);
  if (!isDone) {
    output.note('stopped before the end: the same command goes on');
    return EXIT.interrupted;
  }
  return options.strict && !report.isComplete ? EXIT.notInOrder : EXIT.done;
}
