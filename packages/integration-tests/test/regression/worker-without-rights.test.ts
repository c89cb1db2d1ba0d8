import { describe, expect, it } from '@jest/globals';
import { generateGrantSql } from 'bearmq';
import { asOwner, useRole } from '../roles/support/roles.ts';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { counted } from '../support/drivers.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { until } from '../support/until.ts';

// A pooler knows none of these roles.
const schema = useSchema({ way: 'direct' });
const role = useRole(schema, 'producer');
const daemons = useDaemons();

// Each background task of a worker failed for want of rights, each again and again, and each was told of: ten errors that said
// the same in other words.
describe('a worker whose role may only enqueue', () => {
  it('says so once, with what to do, and works once that is done', async () => {
    const counts = counted(schema.newDriver({ url: role.url }));
    const context = schema.context({ pollSecs: 0.1 }, { driver: counts.driver });
    const events = logEvents(context);
    const { definition } = await notedJob<null>(context, 'HELD');
    daemons.worker(context);
    daemons.orchestrator(context, { cleanUpPollSecs: 0.1, jobSchedulePollSecs: 0.1 });
    const jobId = await definition.enqueue();
    await until('several tasks have tried several times', () =>
      ['bearmq_register_process', 'bearmq_prune_finalized', 'bearmq_rescue'].every((name) => counts.of(name) >= 2),
    );
    const told = events.of('DAEMON_ERROR');
    expect(told).toHaveLength(1);
    expect(String(told[0]?.error)).toMatch(/permission denied .*generateGrantSql\(.*'worker'/s);
    await asOwner(generateGrantSql({ schema: schema.name, role: role.name, to: 'worker' }));
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
  });
});
