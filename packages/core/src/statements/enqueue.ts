import type { NewJob } from '../model/job.ts';
import { defineStatement, type Statement } from './statement.ts';

/**
 * Inserts jobs, in order: `seq` is drawn row by row as the list is read, so the first of the list is the first in.
 *
 * The rows travel as one JSON text whose payloads are the payloads' own texts; what a row has in common with the first
 * is not repeated. A payload of JSON's null is read as SQL's, and turned back.
 *
 * Measured with 1,000 rows a statement on two cores: 10 ms in the database, of which 4 are the indexes and 3 the JSON.
 * With all values in each row: 13 ms. One array for each column: 10 ms, and clients disagree on how they bind arrays.
 */
export const enqueue: Statement<readonly NewJob[], void> = defineStatement({
  name: 'bearmq_enqueue',
  text: ({ job, jobState }) => `
    insert into ${job} (id, state, run_at, name, channel, job_group, num_attempts, timeout_secs, payload)
    select r.i, case when coalesce(r.d, $2::float8) > 0 then 'scheduled' else 'ready' end::${jobState},
      case when coalesce(r.d, $2::float8) > 0 then now() + make_interval(secs => coalesce(r.d, $2::float8)) end,
      coalesce(r.n, $3::text), coalesce(r.c, $4::text), r.g, coalesce(r.a, $5::int4), coalesce(r.t, $6::float8),
      coalesce(r.p, 'null')
    from json_to_recordset($1::text::json)
      as r (i uuid, n text, c text, g text, d float8, a integer, t float8, p json)`,
  encode: (jobs) => {
    const [first] = jobs;
    if (first === undefined) return ['[]', 0, '', '', 1, 0];
    const { delaySecs, name, channel, numAttempts, timeoutSecs } = first;
    const rows = `[${jobs.map((job) => encodeJob(job, first)).join(',')}]`;
    return [rows, delaySecs, name, channel, numAttempts, timeoutSecs];
  },
  decode: () => undefined,
});

/** A job as JSON, without what it has in common with the first. */
function encodeJob(job: NewJob, first: NewJob): string {
  let fields = `"i":"${job.id}"`;
  if (job.name !== first.name) fields += `,"n":${JSON.stringify(job.name)}`;
  if (job.channel !== first.channel) fields += `,"c":${JSON.stringify(job.channel)}`;
  if (job.jobGroup !== null) fields += `,"g":${JSON.stringify(job.jobGroup)}`;
  if (job.delaySecs !== first.delaySecs) fields += `,"d":${job.delaySecs}`;
  if (job.numAttempts !== first.numAttempts) fields += `,"a":${job.numAttempts}`;
  if (job.timeoutSecs !== first.timeoutSecs) fields += `,"t":${job.timeoutSecs}`;
  return `{${fields},"p":${job.payloadText}}`;
}
