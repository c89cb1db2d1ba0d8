import type { AttemptFailure, JobRecord } from '@bearmq/core';
import { CliError } from '../../cli-error.ts';
import { type Command, defineCommand } from '../../command.ts';
import { EXIT } from '../../exit-codes.ts';
import { jobIdArgument, jobIdIn } from '../../job-ids.ts';
import { toggle } from '../../options.ts';
import { paintState, stateOf, tookMs, withoutPayload } from '../../output/job-columns.ts';
import type { Output } from '../../output/output.ts';
import { number } from '../../output/words.ts';
import { watch, watchOptions } from '../../watch.ts';

export const jobsShow: Command = defineCommand({
  name: 'jobs show',
  about: 'All that is known of a job, with its failed attempts.',
  arguments: [jobIdArgument],
  options: { payload: toggle('its payload, too'), ...watchOptions('until it is over') },
  run: async (call) => {
    const { options, args, output, database } = call;
    const id = jobIdIn(args);
    const { context } = await database();
    await watch(call, async () => {
      const job = await context().jobs.get(id);
      if (job === null) throw noSuchJob(id);
      return {
        show: () => {
          if (output.isJson) output.json(options.payload ? job : withoutPayload(job));
          else show(job, output, options.payload);
        },
        isOver: job.state === 'over',
      };
    });
    return EXIT.done;
  },
});

export function noSuchJob(id: string): CliError {
  return new CliError(EXIT.notInOrder, `job ${id}: is not there; it may have been deleted`);
}

function show(job: JobRecord, output: Output, withPayload: boolean): void {
  const at = (date: Date | null): string | null => (date === null ? null : output.moment(date));
  const headers = Object.entries(job.headers).map(([name, value]) => `${name}=${value}`);
  output.list({
    id: job.id,
    job: job.jobName,
    channel: job.channel,
    group: job.jobGroup,
    state: paintState(output, job, stateOf(job)),
    priority: String(job.priority),
    attempt: `${job.attempt} of ${job.numAttempts}`,
    enqueued: at(job.enqueuedAt),
    due: at(job.runAt),
    claimed: at(job.claimedAt),
    ended: at(job.finalizedAt),
    took: tookMs(job) === null ? null : number(tookMs(job), 'ms'),
    process: job.processId,
    'to be cancelled since': at(job.cancelRequestedAt),
    headers: headers.length === 0 ? null : headers.join(' '),
    error: job.error,
    payload: withPayload ? JSON.stringify(job.payload) : null,
  });
  if (job.failures.length === 0) return;
  output.line('');
  output.table(
    [
      { title: 'attempt', of: ({ attempt }: AttemptFailure) => String(attempt), side: 'right' },
      { title: 'failed', of: ({ at: when }) => output.moment(when) },
      { title: 'after', of: ({ durationMs }) => number(durationMs, 'ms'), side: 'right' },
      { title: 'worker', of: ({ workerId }) => workerId ?? 'its process died' },
      { title: 'error', of: ({ error }) => error.split('\n')[0] ?? '' },
    ],
    job.failures,
  );
}
