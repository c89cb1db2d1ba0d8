import { toArrayLiteral } from '../driver/index.ts';
import { decodeWhat, type JobsTouched } from './jobs-touched.ts';
import { defineStatement, type Statement } from './statement.ts';

interface ChangeInput {
  readonly ids: readonly string[];
  /** `null`: as it is. */
  readonly priority: number | null;
  /** `null`: as it is. */
  readonly channel: string | null;
}

/** Gives waiting jobs another priority or channel. See `change_jobs_v1`. */
export const changeJobs: Statement<ChangeInput, JobsTouched> = defineStatement({
  name: 'bearmq_change_jobs',
  text: ({ fn }) => `
    select o_id::text, o_what::text, o_name::text, o_channel::text
    from ${fn('change_jobs_v1')}($1::text::uuid[], $2::int4, $3::text)`,
  encode: ({ ids, priority, channel }) => [toArrayLiteral(ids), priority, channel],
  decode: decodeWhat,
});

/** Has jobs that failed or were cancelled run again. See `retry_jobs_v1`. */
export const retryJobs: Statement<{ readonly ids: readonly string[]; readonly delaySecs: number }, JobsTouched> =
  defineStatement({
    name: 'bearmq_retry_jobs',
    text: ({ fn }) => `
    select o_id::text, o_what::text, o_name::text, o_channel::text from ${fn('retry_jobs_v1')}($1::text::uuid[], $2::float8)`,
    encode: ({ ids, delaySecs }) => [toArrayLiteral(ids), delaySecs],
    decode: decodeWhat,
  });

/** Has scheduled jobs run before their time. See `run_now_v1`. */
export const runJobsNow: Statement<{ readonly ids: readonly string[] }, JobsTouched> = defineStatement({
  name: 'bearmq_run_now',
  text: ({ fn }) => `
    select o_id::text, o_what::text, o_name::text, o_channel::text from ${fn('run_now_v1')}($1::text::uuid[])`,
  encode: ({ ids }) => [toArrayLiteral(ids)],
  decode: decodeWhat,
});
