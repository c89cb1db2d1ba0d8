import type { Command } from '../command.ts';
import { bench } from './bench.ts';
import { completion } from './completion.ts';
import { dashboard } from './dashboard.ts';
import { doctor } from './doctor.ts';
import { failures } from './failures.ts';
import { grants } from './grants.ts';
import { groups } from './groups.ts';
import { importBullMq } from './import/bullmq.ts';
import { importGraphileWorker } from './import/graphile-worker.ts';
import { importPgBoss } from './import/pg-boss.ts';
import { init } from './init.ts';
import { jobsCancel } from './jobs/cancel.ts';
import { jobsCounts } from './jobs/counts.ts';
import { jobsDelete } from './jobs/delete.ts';
import { jobsEnqueue } from './jobs/enqueue.ts';
import { jobsExplain } from './jobs/explain.ts';
import { jobsList } from './jobs/list.ts';
import { jobsMove } from './jobs/move.ts';
import { jobsPriority } from './jobs/priority.ts';
import { jobsRetry } from './jobs/retry.ts';
import { jobsRunNow } from './jobs/run-now.ts';
import { jobsShow } from './jobs/show.ts';
import { jobsTail } from './jobs/tail.ts';
import { limitsClear } from './limits/clear.ts';
import { limitsList } from './limits/list.ts';
import { limitsSet } from './limits/set.ts';
import { limitsShow } from './limits/show.ts';
import { metrics } from './metrics.ts';
import { migrateSql } from './migrate-sql.ts';
import { migrateStatus } from './migrate-status.ts';
import { migrateUp } from './migrate-up.ts';
import { pause } from './pauses/pause.ts';
import { pauses } from './pauses/pauses.ts';
import { resume } from './pauses/resume.ts';
import { processes } from './processes.ts';
import { schedulesBackfill } from './schedules/backfill.ts';
import { schedulesList } from './schedules/list.ts';
import { schedulesPause, schedulesResume } from './schedules/pause.ts';
import { schedulesPreview } from './schedules/preview.ts';
import { schedulesRemove } from './schedules/remove.ts';
import { schedulesShow } from './schedules/show.ts';
import { schedulesTrigger } from './schedules/trigger.ts';
import { stats } from './stats.ts';
import { work } from './work.ts';

/** All commands, in the order of the help. A new one is a file of its own, and a line here. */
const listed: readonly Command[] = [
  init,
  migrateUp,
  migrateStatus,
  migrateSql,
  grants,
  doctor,
  stats,
  failures,
  jobsList,
  jobsShow,
  jobsExplain,
  jobsCounts,
  jobsTail,
  jobsEnqueue,
  jobsRetry,
  jobsRunNow,
  jobsCancel,
  jobsDelete,
  jobsPriority,
  jobsMove,
  groups,
  processes,
  pause,
  resume,
  pauses,
  schedulesList,
  schedulesShow,
  schedulesPreview,
  schedulesPause,
  schedulesResume,
  schedulesTrigger,
  schedulesBackfill,
  schedulesRemove,
  limitsList,
  limitsShow,
  limitsSet,
  limitsClear,
  work,
  metrics,
  dashboard,
  bench,
  importPgBoss,
  importGraphileWorker,
  importBullMq,
];

export const commands: readonly Command[] = [...listed, completion(listed)];
