import { type Context, JobDefinition, type JobMetadata, type ScheduleSpec } from 'bearmq';
import type { TestSchema } from '../../support/database.ts';

export type Payload = { readonly to: string };

/** An expression that is not due while a test runs. */
export const YEARLY = '0 0 1 1 *';

/** A definition with schedules, and the runs of its jobs. */
export function define(context: Context, name: string, schedules: readonly ScheduleSpec<Payload>[] = []) {
  const runs: { readonly payload: Payload; readonly metadata: JobMetadata }[] = [];
  const definition = new JobDefinition<Payload>({
    context,
    name,
    schedules,
    workFunction: (payload, metadata) => void runs.push({ payload, metadata }),
  });
  return { definition, runs };
}

/** Has the next tick of a schedule have been due `secs` ago, in whole seconds, as those of an expression are. */
export async function makeDue(schema: TestSchema, name: string, secs = 0, key = 'default'): Promise<void> {
  await schema.rows(
    `update {s}.schedule set next_at = date_trunc('second', now()) - make_interval(secs => $3)
     where job_name = $1 and key = $2`,
    [name, key, secs],
  );
}

/** How many unfinished jobs a definition has. */
export async function countJobs(schema: TestSchema, name: string): Promise<number> {
  return Number(await schema.value('select count(*)::int from {s}.job where name = $1', [name]));
}

/** What looks for schedules that are due. */
export const LOOKS = 'bearmq_read_due_schedules';
