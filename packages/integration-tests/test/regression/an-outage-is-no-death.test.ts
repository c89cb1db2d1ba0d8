// Leases ran out while the database was away, or unreachable, and whoever came back first took the others for dead, or
// itself: jobs that had run all along were run again, or recorded as failed because "the worker process died".
import { describe, expect, it } from '@jest/globals';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { connectionLost, intercepted } from '../support/drivers.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { gate, registered, until } from '../support/until.ts';

const schema = useSchema();
const daemons = useDaemons();

/** A process whose statements fail, or are held up until it is back, while it is away. */
async function process(how: 'fail' | 'are late') {
  const state = { isAway: false, rescues: 0, back: gate() };
  const driver = intercepted(schema.driver(), async ({ name }, send) => {
    if (state.isAway && how === 'fail') throw connectionLost();
    if (state.isAway) await state.back.opened;
    if (name === 'bearmq_rescue') state.rescues += 1;
    return await send();
  });
  const context = schema.context({ wakeUp: 'poll', pollSecs: 0.05, leaseSecs: 3 }, { driver });
  const finish = gate();
  const events = logEvents(context);
  const { definition, runs } = await notedJob<null>(context, 'LONG', () => finish.opened, { numAttempts: 2 });
  daemons.worker(context, { concurrency: 10 });
  return { state, definition, runs, events, finish };
}

describe('a database that was away for longer than the lease', () => {
  it.each(['fail', 'are late'] as const)('leaves the jobs to those who had them (statements %s)', async (how) => {
    await schema.rows('delete from {s}.process');
    const all = await Promise.all([process(how), process(how), process(how)]);
    await registered(schema, 3);
    const [first, second, third] = all;
    const ids = await Promise.all(Array.from({ length: 6 }, () => first.definition.enqueue()));
    const runs = () => all.flatMap((one) => one.runs);
    await until('all run', () => runs().length === ids.length);
    for (const { state } of all) state.isAway = true;
    const over = 'select bool_and(expires_at < now()) from {s}.process';
    await until('the leases are over', async () => (await schema.value(over)) as boolean);
    const comeBack = ({ state }: typeof first) => {
      state.isAway = false;
      state.back.open();
    };
    first.state.rescues = 0;
    comeBack(first);
    await until('the first looks for the dead', () => first.state.rescues >= 2);
    comeBack(second);
    await until('it has looked for long', () => first.state.rescues >= 4);
    comeBack(third);
    const renewed = 'select bool_and(expires_at > now()) from {s}.process';
    await until('all have renewed their leases', async () => (await schema.value(renewed)) as boolean);
    for (const { finish } of all) finish.open();
    const done = () => all.flatMap(({ events }) => events.of('WORKER_JOB_RUN_SUCCESS'));
    await until('all have succeeded', () => done().length === ids.length);
    expect(runs().map(({ metadata }) => metadata.attempt)).toEqual(ids.map(() => 1));
    expect(all.flatMap(({ events }) => [...events.of('WORKER_JOB_RESCUE'), ...events.of('WORKER_JOB_LOSE')])).toEqual(
      [],
    );
  });
});
