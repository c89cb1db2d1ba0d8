import { Context, Orchestrator, Worker } from 'bearmq';
import type { DemoDatabase } from './database.ts';
import { enqueueAll } from './enqueue.ts';
import { DemoError, reasonOf } from './errors.ts';
import type { ListingNotes } from './files.ts';
import { FolderWatch } from './folder-watch.ts';
import { count, counted } from './format.ts';
import { DEFAULT, defineJobs, HIGH_PRIORITY, type Jobs } from './jobs.ts';
import type { DemoOptions } from './options.ts';
import { Progress, workOf } from './progress.ts';
import { type Queue, Results, SCHEMA } from './results.ts';
import type { Screen } from './screen.ts';
import { Tracker } from './tracker.ts';

export interface WorkOptions extends Pick<DemoOptions, 'workers'> {
  readonly folder: string;
  readonly database: DemoDatabase;
  readonly screen: Screen;
  readonly interrupted: AbortSignal;
  /** Takes what is to be stopped if this fails half-way. */
  readonly undo: (() => Promise<unknown>)[];
}

/** What was done. Nothing runs any more. */
export interface Work {
  readonly jobs: Jobs;
  readonly watch: FolderWatch;
  readonly tracker: Tracker;
  readonly notes: ListingNotes;
  readonly end: 'completed' | 'interrupted';
}

const LEFTOVER = `A schema ${SCHEMA} may be left in it; the next demo there removes it.`;

/** How long the repeating job's last run may take. */
const LAST_RUN_MS = 5_000;

/**
 * Enqueues a job for each file and some others, and works until all are over, or until interrupted.
 *
 * @throws DemoError when the database is gone for good. Daemons still run then.
 */
export async function work(options: WorkOptions): Promise<Work> {
  const { database, screen } = options;
  let giveUp: (error: unknown) => void = () => {};
  const unreachable = new Promise<never>((_resolve, reject) => {
    giveUp = (error) =>
      reject(new DemoError(`The database does not answer any more (${reasonOf(error)}): is it running? ${LEFTOVER}`));
  });
  const tracker = new Tracker({
    onNote: (text) => screen.say(`  ${screen.style('yellow', text)}`),
    onUnreachable: giveUp,
  });
  const context = new Context({ pool: database.pool, schema: SCHEMA });
  context.addEventHandler(tracker.handle);
  return await Promise.race([unreachable, runJobs(options, context, tracker)]);
}

async function runJobs(options: WorkOptions, context: Context, tracker: Tracker): Promise<Work> {
  const { database, folder, screen, interrupted, undo } = options;
  const results = new Results(database.pool);
  await results.prepare();
  const watch = new FolderWatch();
  const progress = new Progress(screen, tracker, watch);
  undo.push(async () => progress.stop());
  let isQueueEmpty = false;
  const onReport = (): ((queue: Queue) => void) => {
    const isAllEnqueued = !progress.isOpen; // as of before the look: what comes after is not seen
    return (queue) => {
      progress.report(queue);
      isQueueEmpty = isAllEnqueued && queue.waiting + queue.running + queue.later === 0;
      tracker.recheck();
    };
  };
  const jobs = defineJobs({ context, folder, results, watch, onReport });
  const { measure, report } = jobs;
  for (const definition of jobs.all) await definition.register();

  const workers = Array.from({ length: options.workers }, () => new Worker({ context, channels: [DEFAULT] }));
  workers.push(new Worker({ context, channels: [HIGH_PRIORITY] }));
  const orchestrator = new Orchestrator({ context });
  undo.push(() => Promise.all([orchestrator, ...workers].map((daemon) => daemon.stop())));
  screen.phase('workers', `${options.workers} for files, 1 for the channel ${HIGH_PRIORITY}; 1 orchestrator`);

  const notes: ListingNotes = { unreadable: [], skipped: 0 };
  const folders = await enqueueAll({ jobs, folder, notes, interrupted });
  progress.isOpen = false;
  const files = `${counted(tracker.of(measure.name).enqueued, 'file')} in ${counted(folders, 'folder')}`;
  const early = workOf(tracker).done;
  screen.phase('jobs', `${files} enqueued, and some others${early > 0 ? `; ${count(early)} done by then` : ''}`);
  // The events tell when all is over. Should one be lost with a connection, the repeating job sees it, too.
  await tracker.until(() => isQueueEmpty || workOf(tracker).done === workOf(tracker).enqueued, interrupted);
  if (interrupted.aborted)
    screen.say('  Stopping: what runs is finished, the rest released. Once more ends it at once.');
  await orchestrator.stop();
  const isLastTickOver = (): boolean => tracker.of(report.name).done === tracker.of(report.name).enqueued;
  await tracker.until(isLastTickOver, AbortSignal.any([interrupted, AbortSignal.timeout(LAST_RUN_MS)]));
  await Promise.all(workers.map((worker) => worker.stop()));
  progress.stop();
  screen.phase('work', `${counted(workOf(tracker).done, 'job')} done; workers and orchestrator have stopped`);
  return { jobs, watch, tracker, notes, end: interrupted.aborted ? 'interrupted' : 'completed' };
}
