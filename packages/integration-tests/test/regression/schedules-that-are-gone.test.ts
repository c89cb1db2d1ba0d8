// Only register() wrote the row of a schedule. When the rows went (a truncate between tests, a partial restore) repeats
// ended without a word, in all processes that went on.
import { expect, it } from '@jest/globals';
import { JobDefinition } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';

const schema = useSchema();
const daemons = useDaemons();

it('a repeating job goes on after its schedule was deleted by hand', async () => {
  const context = schema.context();
  const events = logEvents(context);
  await new JobDefinition({ context, name: 'AGAIN', repeatSecs: 0.5, workFunction: () => {} }).register();
  daemons.orchestrator(context, { jobSchedulePollSecs: 0.2 });
  await events.waitFor('ORCHESTRATOR_JOB_SCHEDULE', { count: 1 });
  await schema.rows('truncate {s}.schedule');
  const before = events.of('ORCHESTRATOR_JOB_SCHEDULE').length;
  await events.waitFor('ORCHESTRATOR_JOB_SCHEDULE', { count: before + 2 });
  expect(await schema.value(`select (rule ->> 'everySecs')::float8 from {s}.schedule`)).toBe(0.5);
  expect(events.of('DAEMON_ERROR')).toEqual([]);
});
