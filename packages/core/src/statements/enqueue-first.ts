import type { NewJob } from '../model/job.ts';
import { defineStatement, type Statement } from './statement.ts';

export interface FirstJob {
  /** One that is ready at once. */
  readonly job: NewJob;
  /** The channel that is listened to, and what is said there. */
  readonly notification: { readonly channel: string; readonly payload: string };
}

/** Inserts a job and announces it, sooner than an insert and a notification can: see `enqueue_first_v1`. */
export const enqueueFirst: Statement<FirstJob, void> = defineStatement({
  name: 'bearmq_enqueue_first',
  text: ({ fn }) => `
    call ${fn('enqueue_first_v1')}($1::text::uuid, $2::text, $3::text, $4::text, $5::int4, $6::float8,
      $7::int4, $8::text::json, $9::text::json, $10::text, $11::text)`,
  encode: ({ job, notification }) => [
    job.id,
    job.name,
    job.channel,
    job.jobGroup,
    job.numAttempts,
    job.timeoutSecs,
    job.priority,
    job.extras,
    job.payloadText,
    notification.channel,
    notification.payload,
  ],
  decode: () => undefined,
});
