// Who deletes rows of jobs by hand (there is no other way to cancel one) took away what a group's lock hung on: the
// running job, whose settle found nothing and freed nothing, or the head of those that waited. The group stayed shut.
import { describe, expect, it } from '@jest/globals';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { intercepted } from '../support/drivers.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { gate, until } from '../support/until.ts';

const schema = useSchema();
const daemons = useDaemons();

describe('a group goes on', () => {
  it.each([
    [86_400, 'truncate {s}.job'],
    [86_400, `delete from {s}.job where state = 'running'`],
    [0, `delete from {s}.job where state = 'running'`],
  ])('at the end of its running job (retention of %d s) after: %s', async (jobPostFinalizeDeleteSecs, sql) => {
    const context = schema.context({ pollSecs: 3_600, jobPostFinalizeDeleteSecs });
    const events = logEvents(context);
    const finish = gate();
    const name = `GONE ${jobPostFinalizeDeleteSecs} ${sql}`;
    const { definition, runs } = await notedJob<number>(context, name, (n) => n === 1 && finish.opened);
    daemons.worker(context);
    const first = await definition.enqueue(1, { jobGroup: name });
    const waiting = await definition.enqueue(2, { jobGroup: name });
    await until('it runs', () => runs.length === 1);
    await schema.rows(sql);
    const next = sql.startsWith('truncate') ? await definition.enqueue(3, { jobGroup: name }) : waiting;
    finish.open();
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: next });
    expect(events.of('WORKER_JOB_RUN_SUCCESS', first).length).toBe(jobPostFinalizeDeleteSecs === 0 ? 1 : 0);
    expect(await schema.value('select running from {s}.job_group where name = $1', [name])).toBe(0);
    expect(events.of('WARNING')).toEqual([]);
  });

  it('soon after the head of those that wait was deleted, though nobody settles anything', async () => {
    const context = schema.context({ pollSecs: 3_600 });
    const events = logEvents(context);
    const { definition } = await notedJob<number>(context, 'HEADLESS');
    const ids = [await definition.enqueue(1, { jobGroup: 'h' }), await definition.enqueue(2, { jobGroup: 'h' })];
    await schema.rows('delete from {s}.job where id = $1', [ids[0]]);
    await schema.rows(`delete from {s}.job_turn where job_group = 'h'`);
    daemons.worker(context);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: ids[1] ?? '' });
    expect(events.of('WARNING').map(({ message }) => message)).toEqual([
      'the job group "h" was found stuck, and fixed: perhaps a job of it was deleted by hand',
    ]);
  });

  it('no later where the look before it had to wait long for a connection', async () => {
    const sent = { looks: 0, renewals: 0 };
    const connected = gate();
    const looked = gate();
    const driver = intercepted(schema.driver(), async ({ name }, send) => {
      if (name === 'bearmq_renew_lease') sent.renewals += 1;
      if (name !== 'bearmq_check_groups') return await send();
      sent.looks += 1;
      if (sent.looks === 1) await connected.opened;
      const rows = await send();
      looked.open();
      return rows;
    });
    const context = schema.context({ wakeUp: 'poll', pollSecs: 3_600, leaseSecs: 3 }, { driver });
    const events = logEvents(context);
    const { definition } = await notedJob<number>(context, 'LATE');
    daemons.worker(context);
    await until('it is about to look', () => sent.looks === 1);
    const before = sent.renewals;
    await until('the lease is renewed once more, after a second', () => sent.renewals > before + 1);
    connected.open();
    await looked.opened;
    const id = await definition.enqueue(1, { jobGroup: 'late', delaySecs: 3_600 });
    await schema.rows(`update {s}.job set state = 'blocked', run_at = null where id = $1`, [id]);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: id });
  });
});
