import { describe, expect, it } from '@jest/globals';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { counted } from '../support/drivers.ts';
import { notedJob } from '../support/jobs.ts';
import { lineUpAll } from '../support/statements.ts';
import { gate, until } from '../support/until.ts';

const schema = useSchema();
const daemons = useDaemons();

/**
 * Each claim passed over 200 ready jobs of the busy group and found nothing to take, and the process took that for
 * contention with others and paused for up to 64 ms: a bulk of 10,000 held up all other groups for seconds.
 */
describe('a bulk behind a busy group', () => {
  it('holds up another group for a few claims, and no pause', async () => {
    const counts = counted(schema.driver());
    const context = schema.context({ pollSecs: 3_600 }, { driver: counts.driver });
    const long = gate();
    const { definition, runs } = await notedJob<string>(context, 'BULK', (kind) => kind === 'long' && long.opened);
    daemons.worker(context, { concurrency: 10 });
    await definition.enqueue('long', { jobGroup: 'busy' });
    await until('it runs', () => runs.length === 1);
    await schema.rows(
      `insert into {s}.job (id, state, name, channel, job_group, num_attempts, timeout_secs, payload)
       select gen_random_uuid(), 'ready', 'BULK', 'DEFAULT', 'busy', 1, 0, '"bulk"' from generate_series(1, 100000)`,
    );
    await lineUpAll(schema);
    counts.reset();
    await definition.enqueue('other', { jobGroup: 'free' });
    await until('the job of the other group runs', () => runs.length === 2);
    expect(runs[1]?.payload).toBe('other');
    expect(counts.of('bearmq_claim')).toBeLessThan(40);
    await schema.rows(`delete from {s}.job where payload::text = '"bulk"'`);
    long.open();
  });

  it('is no reason to take few groups at once, when each gives one job', async () => {
    const counts = counted(schema.driver());
    const context = schema.context({}, { driver: counts.driver });
    const { definition, runs } = await notedJob<null>(context, 'ONES');
    await definition.enqueueMany(Array.from({ length: 3_000 }, (_, n) => ({ payload: null, jobGroup: `one ${n}` })));
    daemons.worker(context, { concurrency: 5 });
    await until('all have run', () => runs.length === 3_000);
    expect(counts.of('bearmq_claim')).toBeLessThan(150); // with five at a time 600
  });
});
