import { expect, it } from '@jest/globals';
import { define, LOOKS, YEARLY } from '../schedules/support/scheduled.ts';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { counted } from '../support/drivers.ts';
import { until } from '../support/until.ts';

const schema = useSchema();
const daemons = useDaemons();

// A release that drops a schedule deletes it when it registers. An orchestrator of the release before, which runs on for a
// while, missed that one and entered all of its own again: it took back what the new release had changed, and deleted what
// that had added. The change was lost for good, for nobody registers again before the next deployment.
it('an orchestrator of the release before enters again what it misses, and leaves alone what the new one has entered', async () => {
  const counts = counted(schema.driver());
  const before = schema.context({}, { driver: counts.driver });
  await define(before, 'DEPLOYED', [
    { key: 'kept', cron: YEARLY, payload: { to: 'old' } },
    { key: 'dropped', cron: YEARLY, payload: { to: 'old' } },
  ]).definition.register();
  const after = schema.context();
  await define(after, 'DEPLOYED', [
    { key: 'kept', cron: '0 0 1 2 *', payload: { to: 'new' } },
    { key: 'added', cron: YEARLY, payload: { to: 'new' } },
  ]).definition.register();
  const ofNew = `select key, id::text, rule::text, payload::text, revision from {s}.schedule
    where key in ('kept', 'added') order by key`;
  const entered = await schema.rows(ofNew);
  expect(entered).toHaveLength(2);

  daemons.orchestrator(before, { jobSchedulePollSecs: 0.1 });
  await until('what is missed is there again', async () => (await after.schedules.get('DEPLOYED', 'dropped')) !== null);
  counts.reset();
  await until('it has looked often', () => counts.of(LOOKS) >= 3);
  expect(await schema.rows(ofNew)).toEqual(entered);
});
