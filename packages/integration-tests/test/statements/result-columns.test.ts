import { describe, expect, it } from '@jest/globals';
import { JobDefinition, pgDriver } from 'bearmq';
import pg from 'pg';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { intercepted } from '../support/drivers.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { listening, until } from '../support/until.ts';

const schema = useSchema({ way: 'direct' });
const daemons = useDaemons();

/** The types that every client reads alike. */
const PORTABLE: Readonly<Record<number, string>> = { 16: 'boolean', 23: 'int4', 25: 'text', 701: 'float8' };

/** What came back for each query text, in all connections that a pool opens: its columns' types, and their names. */
const columns = new Map<string, string[]>();
const names = new Map<string, string[]>();

class WatchedClient extends pg.Client {
  // biome-ignore lint/suspicious/noExplicitAny: it overrides a method of many overloads
  override query(...args: any[]): any {
    const text: string = args[0]?.text ?? args[0];
    const callback = args.at(-1);
    if (typeof callback === 'function') {
      args[args.length - 1] = (error: unknown, result: pg.QueryResult | undefined) => {
        note(text, result);
        callback(error, result);
      };
    }
    // biome-ignore lint/suspicious/noExplicitAny: likewise
    const answer: any = super.query.apply(this, args as any);
    answer?.then?.(
      (result: pg.QueryResult) => note(text, result),
      () => {},
    );
    return answer;
  }
}

function note(text: string, result: pg.QueryResult | undefined): void {
  if (result === undefined) return;
  names.set(
    text,
    result.fields.map(({ name }) => name),
  );
  columns.set(
    text,
    result.fields.map(({ dataTypeID }) => PORTABLE[dataTypeID] ?? `type ${dataTypeID}`),
  );
}

describe('the results of every statement', () => {
  it('hold only texts, int4, float8 and booleans: what no client can read differently', async () => {
    const pool = schema.newPool({ Client: WatchedClient } as pg.PoolConfig);
    const sent = new Map<string, string>();
    const driver = intercepted(pgDriver({ pool }), (statement, send) => {
      sent.set(statement.name, statement.text);
      return send();
    });
    let isToFail = true;
    const losing = intercepted(driver, async (statement, send) => {
      const rows = await send();
      if (statement.name !== 'bearmq_claim' || !isToFail) return rows;
      isToFail = false;
      throw new Error('the answer of the first claim is lost');
    });
    const context = schema.context({ leaseSecs: 3 }, { driver: losing });
    const events = logEvents(context);
    const { definition } = await notedJob<null>(context, 'ALL', () => {});
    await new JobDefinition({ context, name: 'TICK', repeatSecs: 3_600, workFunction: () => {} }).register();
    const scheduled = new JobDefinition({
      context,
      name: 'SCHEDULED',
      schedules: [{ everySecs: 3_600 }],
      workFunction: () => {},
    });
    await scheduled.register();
    await context.schedules.set(scheduled, { key: 'k', cron: '0 0 1 1 *' });
    await context.schedules.pause(scheduled, 'k');
    await context.schedules.resume(scheduled, 'k');
    await context.schedules.list();
    await context.schedules.remove(scheduled, 'k');
    const worker = daemons.worker(context);
    daemons.orchestrator(context);
    await listening(schema);
    const jobId = await definition.enqueue(null, { jobGroup: 'g' });
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    // Again for one that is not its process's first in a while, and for one that a worker is told of when it has looked.
    await Promise.all([definition.enqueue(), definition.enqueue()]);
    await Promise.all(['g', 'g'].map((jobGroup) => definition.enqueue(null, { jobGroup })));
    await Promise.all([definition.enqueue(), definition.enqueue(null, { numAttempts: 2 })]);
    await until('a job was taken by its name', async () => {
      if (sent.has('bearmq_claim_announced')) return true;
      await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: await definition.enqueue() });
      return false;
    });
    // One that listens renews over the connection that does.
    daemons.worker(schema.context({ leaseSecs: 3, wakeUp: 'poll' }, { driver }));
    await until('the lease was renewed', () => sent.has('bearmq_renew_lease'));
    await until('the groups were checked', () => sent.has('bearmq_check_groups'));
    const { jobs } = context;
    await jobs.get(jobId);
    await jobs.payloadText(jobId);
    await jobs.payloadHead(jobId);
    await jobs.find({}, { order: 'oldest' });
    await jobs.counts();
    await jobs.explain(jobId);
    await context.processes();
    for (const order of ['name', 'waiting', 'oldest', 'held'] as const) await context.groups.list({ order });
    await context.groups.get('g');
    await context.pause({ jobGroup: 'g' });
    await context.pauses();
    await context.resume({ jobGroup: 'g' });
    await jobs.cancel(jobId);
    await jobs.retry(jobId);
    await jobs.setPriority(jobId, 1);
    await jobs.runNow(jobId);
    await jobs.delete(jobId);
    await until('the jobs that wait were counted', () => sent.has('bearmq_sample_depth'));
    await until('it was looked for jobs that nobody takes', () => sent.has('bearmq_find_waiting_lanes'));
    await until('schedules were looked at', () => sent.has('bearmq_find_stranded_schedules'));
    await worker.stop();
    await context.lanes();
    await context.failures();
    await context.stats.series({ from: new Date(Date.now() - 60_000) });
    await context.stats.totals();
    await context.stats.queue();
    await context.limits.set({ jobName: 'ALL' }, { groupConcurrency: 2 });
    await context.limits.set({ jobName: 'ALL' }, null);
    await context.limits.set({ jobGroup: 'g' }, { weight: 2 });
    await context.limits.list();
    expect([...sent.keys()].sort()).toEqual([
      'bearmq_cancel',
      'bearmq_change_jobs',
      'bearmq_check_groups',
      'bearmq_claim',
      'bearmq_claim_announced',
      'bearmq_count_outcomes',
      'bearmq_count_running',
      'bearmq_count_unfinished',
      'bearmq_delete_jobs',
      'bearmq_enqueue',
      'bearmq_enqueue_first',
      'bearmq_enqueue_grouped',
      'bearmq_enqueue_mixed',
      'bearmq_explain',
      'bearmq_find_finalized_newest',
      'bearmq_find_finalized_oldest',
      'bearmq_find_groups_by_hold',
      'bearmq_find_groups_by_name',
      'bearmq_find_groups_by_oldest',
      'bearmq_find_groups_by_waiting',
      'bearmq_find_stranded_schedules',
      'bearmq_find_unfinished_newest',
      'bearmq_find_unfinished_oldest',
      'bearmq_find_waiting_lanes',
      'bearmq_fire_schedules',
      'bearmq_fire_ticks',
      'bearmq_get_limits',
      'bearmq_list_limits',
      'bearmq_list_pauses',
      'bearmq_list_processes',
      'bearmq_list_schedules',
      'bearmq_notify',
      'bearmq_notify_unless_full',
      'bearmq_pause',
      'bearmq_pause_schedule',
      'bearmq_prune_finalized',
      'bearmq_prune_groups',
      'bearmq_prune_stats',
      'bearmq_put_schedules',
      'bearmq_read_depths',
      'bearmq_read_due_schedules',
      'bearmq_read_durations',
      'bearmq_read_failures',
      'bearmq_read_groups',
      'bearmq_read_lanes',
      'bearmq_read_payload',
      'bearmq_read_payload_head',
      'bearmq_read_queue',
      'bearmq_read_schedules',
      'bearmq_read_schema_version',
      'bearmq_read_series',
      'bearmq_read_served',
      'bearmq_read_server_time',
      'bearmq_read_totals',
      'bearmq_reconcile',
      'bearmq_record_definitions',
      'bearmq_record_stats',
      'bearmq_register_process',
      'bearmq_remove_process',
      'bearmq_remove_schedule',
      'bearmq_renew_lease',
      'bearmq_reopen_turns',
      'bearmq_rescue',
      'bearmq_resume',
      'bearmq_resume_schedule',
      'bearmq_retry_jobs',
      'bearmq_roll_stats',
      'bearmq_run_now',
      'bearmq_sample_depth',
      'bearmq_set_group',
      'bearmq_set_limit',
      'bearmq_settle',
      'bearmq_upsert_schedule',
    ]);
    for (const [name, text] of sent) {
      expect({ name, columns: columns.get(text) }).toEqual({ name, columns: expect.any(Array) });
    }
    // Those on the listening connection among them: the session lock, the heartbeat.
    expect([...columns.keys()].some((text) => text.includes('pg_try_advisory_lock'))).toBe(true);
    const odd = [...columns].filter(([, types]) => types.some((type) => type.startsWith('type ')));
    expect(odd).toEqual([]);
    // Sessions that give rows as objects lose one of two columns of the same name, and put numbers first.
    const mixedUp = [...names].filter(
      ([, all]) => new Set(all).size < all.length || all.some((name) => /^\d/.test(name)),
    );
    expect(mixedUp).toEqual([]);
  });
});
