import { describe, expect, it } from '@jest/globals';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { counted } from '../support/drivers.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { until } from '../support/until.ts';

const schema = useSchema();
const daemons = useDaemons();

/**
 * Somebody's transaction held a scheduled job that was due. Each claim skipped it, found that the next job was due long ago,
 * and the process claimed again a millisecond later, for as long as the transaction stayed open. And where it was due at
 * minus infinity, the time until then could not be told: every claim of every process failed.
 */
describe("a job that is due and that somebody's transaction holds", () => {
  for (const due of [`now() - interval '1 second'`, `'-infinity'`]) {
    it(`does not keep an idle worker claiming, and runs once it is let go: due at ${due}`, async () => {
      const counts = counted(schema.driver());
      const context = schema.context({ pollSecs: 3_600 }, { driver: counts.driver });
      const events = logEvents(context);
      const { definition, runs } = await notedJob<string>(context, `HELD ${due}`);
      await schema.rows(
        `insert into {s}.job (id, state, run_at, name, channel, num_attempts, timeout_secs, payload)
         values (gen_random_uuid(), 'scheduled', ${due}, $1, 'DEFAULT', 1, 0, '"held"')`,
        [`HELD ${due}`],
      );
      const holder = await schema.direct.connect();
      try {
        await holder.query('begin');
        await holder.query(`select from ${schema.q}.job for update`);
        daemons.worker(context);
        await definition.enqueue('delayed', { delaySecs: 1.5 });
        await until('a job that is due later runs meanwhile', () => runs.length === 1);
        expect(runs[0]?.payload).toBe('delayed');
        expect(counts.of('bearmq_claim')).toBeLessThan(150); // without a pause 540
        expect(events.of('DAEMON_ERROR')).toEqual([]);
      } finally {
        await holder.query('rollback');
        holder.release();
      }
      await until('it runs', () => runs.length === 2);
    });
  }

  it('is made ready however many are due at minus infinity', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const { runs } = await notedJob<string>(context, 'MANY');
    await schema.rows(
      `insert into {s}.job (id, state, run_at, name, channel, num_attempts, timeout_secs, payload)
       select gen_random_uuid(), 'scheduled', '-infinity', 'MANY', 'DEFAULT', 1, 0, '1' from generate_series(1, 1500)`,
    );
    daemons.worker(context, { concurrency: 10 });
    await until('all have run', () => runs.length === 1_500);
    expect(events.of('DAEMON_ERROR')).toEqual([]);
  });
});
