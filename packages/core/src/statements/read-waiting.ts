import { asNullable, asText } from '../schema/index.ts';
import { defineStatement, type Statement } from './statement.ts';

export interface WaitingPayload {
  readonly id: string;
  readonly channel: string;
  readonly jobGroup: string | null;
  readonly payloadText: string;
  readonly extras: string | null;
}

export interface WaitingPage {
  readonly jobName: string;
  /** The last id of the page before. */
  readonly after: string;
  readonly limit: number;
}

/**
 * Payloads of jobs of a name that wait, in the order of their ids. It locks nothing: jobs that come meanwhile have larger ids, and
 * one that starts meanwhile may be missing. For whoever asks now and then: it walks through the jobs of other names too.
 */
export const readWaiting: Statement<WaitingPage, readonly WaitingPayload[]> = defineStatement({
  name: 'bearmq_read_waiting',
  plan: 'anew',
  text: ({ job }) => `
    select j.id::text, j.channel::text, j.job_group::text, j.payload::text, j.extras::text
    from ${job} j
    where j.name = $1::text and j.id > $2::uuid and j.state <> 'running'
    order by j.id limit $3::int4`,
  encode: ({ jobName, after, limit }) => [jobName, after, limit],
  decode: (rows) =>
    rows.map(([id, channel, jobGroup, payload, extras]) => ({
      id: asText(id),
      channel: asText(channel),
      jobGroup: asNullable(jobGroup, asText),
      payloadText: asText(payload),
      extras: asNullable(extras, asText),
    })),
});
