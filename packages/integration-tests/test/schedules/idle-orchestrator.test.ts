import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Context } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { counted } from '../support/drivers.ts';
import { logEvents } from '../support/events.ts';
import { until } from '../support/until.ts';
import { countJobs, define, LOOKS, makeDue } from './support/scheduled.ts';

const schema = useSchema();
const daemons = useDaemons();

beforeEach(async () => {
  await schema.rows('truncate {s}.schedule, {s}.job');
});

describe('an orchestrator', () => {
  it('asks for no schedule while there is none, and finds the first one that another process enters', async () => {
    const counts = counted(schema.driver());
    const context = schema.context({}, { driver: counts.driver });
    const events = logEvents(context);
    const { definition } = define(context, 'CALLED');
    await definition.register();
    const orchestrator = daemons.orchestrator(context, { jobSchedulePollSecs: 0.1 });
    await until('it has looked for the dead', () => counts.of('bearmq_rescue') >= 1);
    await until('and for old jobs', () => counts.of('bearmq_prune_finalized') >= 1);
    expect(counts.of(LOOKS, 'bearmq_fire_schedules', 'bearmq_find_stranded_schedules')).toBe(0);
    const other = schema.context();
    const spec = { key: 'k', everySecs: 3_600, payload: { to: 'x' } };
    await other.schedules.set(define(other, 'CALLED').definition, spec);
    await events.waitFor('ORCHESTRATOR_JOB_SCHEDULE'); // with the next look for the dead, within ten seconds
    expect(counts.of(LOOKS)).toBeGreaterThan(0);
    await other.schedules.remove('CALLED', 'k');
    await until('it asks no more', async () => {
      const before = counts.of(LOOKS);
      await orchestratorTurns(context);
      return counts.of(LOOKS) === before;
    });
    await orchestrator.stop();
  }, 60_000);

  it('says once that nobody enqueues a schedule whose definition is nowhere', async () => {
    const nowhere = schema.context();
    await nowhere.schedules.set(define(nowhere, 'NOWHERE').definition, {
      key: 'lost',
      everySecs: 3_600,
      payload: { to: 'x' },
    });
    await makeDue(schema, 'NOWHERE', 301, 'lost');
    const context = schema.context();
    const events = logEvents(context);
    await define(context, 'HERE', [{ everySecs: 3_600, payload: { to: 'x' } }]).definition.register();
    daemons.orchestrator(context, { jobSchedulePollSecs: 0.1 });
    const [warning] = await events.waitFor('WARNING');
    expect(warning?.message).toBe(
      'ticks of the schedule "lost" of "NOWHERE" are overdue by more than 5 minutes: no running orchestrator has a ' +
        'definition of that name. Register it in the context of an Orchestrator; or, if it is no longer wanted, await ' +
        'context.schedules.remove("NOWHERE", "lost")',
    );
    expect(await countJobs(schema, 'NOWHERE')).toBe(0);
    expect(await nowhere.schedules.get('NOWHERE', 'lost')).not.toBe(null);
  });
});

/** Long enough for several looks of an orchestrator that looks every tenth of a second. */
async function orchestratorTurns(context: Context): Promise<void> {
  for (let i = 0; i < 100; i += 1) await context.schedules.list();
}
