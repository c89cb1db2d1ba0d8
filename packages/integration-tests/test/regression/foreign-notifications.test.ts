import { DatabaseError } from '@bearmq/core/driver';
import { notificationChannel } from '@bearmq/core/schema';
import { describe, expect, it } from '@jest/globals';
import { JobDefinition } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { CLAIMS, counted, intercepted } from '../support/drivers.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { listening, until } from '../support/until.ts';

const schema = useSchema({ way: 'direct' });
const daemons = useDaemons();

const SENDER = '0190a6f4-7c1e-4d0e-9c43-0b8f5a6d7e21';
const ID = '0190a6f4-7c1e-7d0e-9c43-0b8f5a6d7e21';

/** What anybody may send who may connect, some of it much like ours. */
const payloads: readonly string[] = [
  'x',
  `x ["${ID}","\\u0000","N"]`,
  `${SENDER} ["${ID}","\\u0000","FLOODED"]`,
  `${SENDER} ["${ID}","\\ud800","FLOODED"]`,
  `${SENDER} ["${ID}","${'c'.repeat(300)}","FLOODED"]`,
  `${SENDER} ["${ID}","DEFAULT","NOBODY'S"]`,
  `${SENDER} [`,
];

/**
 * A notification may name the job that became ready, and the worker asks for that one by its name. One whose name had a
 * NUL made the whole claim fail, with all that others had told of, and each failure was followed by a pause.
 */
describe('a flood of notifications that BearMQ did not send', () => {
  it('neither holds up jobs nor has workers look for work all the time', async () => {
    const counts = counted(schema.newDriver());
    const context = schema.context({ pollSecs: 3_600 }, { driver: counts.driver });
    const events = logEvents(context);
    const { definition } = await notedJob<number>(context, 'FLOODED');
    daemons.worker(context);
    await listening(schema);
    const producer = new JobDefinition<number>({
      context: schema.context({}, { driver: schema.newDriver() }),
      name: definition.name,
      workFunction: () => {},
    });
    counts.reset();
    for (let round = 0; round < 60; round += 1) {
      const channel = notificationChannel(schema.name);
      await Promise.all(payloads.map((payload) => schema.direct.query('select pg_notify($1, $2)', [channel, payload])));
      if (round % 20 !== 10) continue;
      await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: await producer.enqueue(round) });
    }
    expect(events.of('DAEMON_ERROR')).toEqual([]);
    expect(counts.of(...CLAIMS)).toBeLessThan(60);
  });

  it('and whose names the database cannot hold, as one in LATIN1, is followed by a look', async () => {
    let refused = 0;
    const driver = intercepted(schema.newDriver(), async ({ name }, send) => {
      if (name !== 'bearmq_claim_announced' || refused > 0) return await send();
      refused += 1;
      throw new DatabaseError('no equivalent in encoding', { sqlState: '22P05', constraint: null }, undefined);
    });
    const context = schema.context({ pollSecs: 3_600 }, { driver });
    const events = logEvents(context);
    const { definition } = await notedJob<number>(context, 'ODD_LETTERS');
    daemons.worker(context);
    await listening(schema);
    await until('a claim by name was refused', async () => {
      await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: await definition.enqueue(1) });
      return refused === 1;
    });
    expect(events.of('DAEMON_ERROR')).toEqual([]);
  });
});
