import { expect, it } from '@jest/globals';
import { JobDefinition } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';

const schema = useSchema();
const daemons = useDaemons();

/** Repeated to the most bytes that a name may have. */
const filled = (text: string, bytes = 255) => text.repeat(Math.floor(bytes / new TextEncoder().encode(text).length));

it.each([
  `'; drop table job; --`,
  `"; drop schema public cascade; --`,
  `'' " \\' \\" \\`,
  '$$ $bearmq$ $1 $2::text {s}',
  '{"a",NULL,\\"b\\"}',
  'null',
  'NULL',
  'line\nfeed\r\n\ttab\u2028 -- /* */',
  '%s %I %% ?? :name @name',
  '\u0001\u007f\u00a0\u200b\u202e\ufeff',
  '🐻‍❄️ Ｆｕｌｌ ünï e\u0301',
  filled('ü'),
  filled(`'`),
  filled('\\'),
])('a name, channel, group, payload and error of %j go through everything unchanged', async (text) => {
  const context = schema.context({ pollSecs: 0.1 });
  const events = logEvents(context);
  const work = (_payload: unknown, { attempt }: { readonly attempt: number }) => {
    if (attempt === 1) throw new Error(text);
  };
  const settings = { channel: text, numAttempts: 2, timeoutSecs: 0 };
  const { definition, runs } = await notedJob<unknown>(context, text, work, settings);
  const ticking = { context, name: `t${text}`.slice(0, 120), channel: text, repeatSecs: 3_600, workFunction: () => {} };
  await new JobDefinition(ticking).register();
  daemons.worker(context, { channels: [text] });
  daemons.orchestrator(context, { cleanUpPollSecs: 0.1 });

  const payload = { [text]: [text] };
  const jobId = await definition.enqueue(payload, { jobGroup: text });
  await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
  const [event] = await events.waitFor('ORCHESTRATOR_JOB_SCHEDULE');
  expect(event?.jobName).toBe(ticking.name);
  await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: event?.jobId ?? '' });
  expect(runs.map((run) => run.payload)).toEqual([payload, payload]);
  for (const { metadata } of runs) expect(metadata).toMatchObject({ jobName: text, channel: text, jobGroup: text });
  const [group] = await events.waitFor('ORCHESTRATOR_JOB_GROUP_DELETE');
  expect(group?.jobGroup).toBe(text);
  const [row] = await schema.rows('select name, channel, job_group, payload from {s}.finalized_job where id = $1', [
    jobId,
  ]);
  expect(row).toEqual({ name: text, channel: text, job_group: text, payload });
  expect(events.of('DAEMON_ERROR')).toEqual([]);
});
