import type { SqlSession } from '@bearmq/core/driver';
import {
  type ClaimedJob,
  complete,
  enqueue,
  LaneCounts,
  type NewJob,
  pruneStats,
  readLanes,
  readServed,
  recordStats,
  registerProcess,
  report,
  rollStats,
  sampleDepth,
  settle,
  tablesOf,
} from '@bearmq/core/internal';
import { v4 as uuidv4, v7 as uuidv7 } from 'uuid';
import type { TestSchema } from '../../support/database.ts';
import { whileLocked } from '../../support/statements.ts';

/** A job that differs from others in its name, and in what is said of it. */
export function job(name: string, settings: Partial<NewJob> = {}): NewJob {
  const { channel, ...rest } = {
    channel: 'C',
    jobGroup: null,
    delaySecs: 0,
    numAttempts: 1,
    timeoutSecs: 0,
    priority: 0,
    ...settings,
  };
  return { id: uuidv7(), name, channel, ...rest, payloadText: '{}', extras: null };
}

/** A group whose last job is taken, one whose rate opens it, and one that lost its place in line. */
export async function workOffGroups(
  session: SqlSession,
  schema: TestSchema,
  take: (processId: string, look: null) => Promise<readonly unknown[]>,
): Promise<void> {
  const tables = tablesOf(schema.name);
  const processId = uuidv4();
  await schema.rows(`insert into {s}.job_group (name, rate_max, rate_secs) values ('RATED', 1, 60)`);
  await schema.rows('truncate {s}.job, {s}.job_turn');
  await registerProcess(session, tables, { processId, leaseSecs: 30, sessionKey: null });
  const rated = job('A', { jobGroup: 'RATED' });
  await enqueue(session, tables, [job('A', { jobGroup: 'LAST' }), rated, { ...rated, id: uuidv7() }]);
  await take(processId, null);
  await schema.rows(`update {s}.job_turn set due_at = now() - interval '1 second' where not open`);
  await take(processId, null);
}

/** Limits and pauses are set, met, counted and taken back; what has statements of its own is sent by those. */
export async function limit(
  session: SqlSession,
  schema: TestSchema,
  take: (processId: string, look: null) => Promise<readonly ClaimedJob[]>,
): Promise<void> {
  const tables = tablesOf(schema.name);
  const send = (text: string) =>
    session.run({ name: `test ${text}`, text: text.replaceAll('{s}', () => schema.q), values: [] });
  const processId = uuidv4();
  await registerProcess(session, tables, { processId, leaseSecs: 30, sessionKey: null });
  await send(`select {s}.set_limit_v1('name', 'A', 'api', 5, 5, 60, 2, null, null)::text`);
  await send(`select o_name::text from {s}.set_group_v1('SET', 2, null, null, null)`);
  await send(`select {s}.reopen_turns_v1('', 10)::text`);
  await enqueue(session, tables, [job('A'), job('A', { jobGroup: 'SET' })]);
  const jobs = await take(processId, null);
  const outcomes = jobs.map((one) => ({ kind: 'succeeded', job: one }) as const);
  await settle(session, tables, { processId, outcomes, started: [], finalized: 'keep' });
  // Past what others hold, within the limits.
  await enqueue(
    session,
    tables,
    ['X', 'Y', 'Z'].map((channel) => job('A', { channel })),
  );
  await whileLocked(schema, "select 1 from {s}.job where channel <> 'Z' for update", [], () => take(processId, null));
  await send(`select {s}.set_limit_v1('name', 'A', 'api', null, null, null, null, null, null)::text`);
  await send(`call {s}.pause_v1('name', 'A', null)`);
  await send(`select o_name::text from {s}.resume_v1('name', 'A')`);
}

/** What processes count, and the orchestrators add up. */
export async function keepFigures(session: SqlSession, schema: TestSchema): Promise<void> {
  const tables = tablesOf(schema.name);
  for (let round = 0; round < 2; round += 1) {
    const atSecs = Number(await schema.value("select extract(epoch from date_trunc('minute', now()))"));
    const minutes = [{ atSecs, channel: 'C', name: 'A', counts: new LaneCounts() }];
    await recordStats(session, tables, { keeperId: uuidv4(), rev: 1, minutes });
    await schema.rows("update {s}.lane_stats set at = at - interval '1 day'");
    await rollStats(session, tables, { limit: 10 });
  }
  await pruneStats(session, tables, { limit: 10 });
  await sampleDepth(session, tables, null);
  await readLanes(session, tables, { upTo: 10, since: { secs: 300 }, span: 'minutes' });
  await readServed(session, tables, null);
}

/** What a job reports while it runs and completes in a transaction; pruned once it is gone. */
export async function reportAndComplete(session: SqlSession, schema: TestSchema, one: ClaimedJob): Promise<void> {
  const tables = tablesOf(schema.name);
  const said = {
    progress: [{ jobId: one.id, valueText: '1' }],
    lines: [{ jobId: one.id, line: 'a line', ageMs: 0 }],
  };
  await report(session, tables, said);
  await report(session, tables, said);
  await complete(session, tables, { job: one, isKept: true });
}

/** What a report asks. */
export async function readViews(session: SqlSession, schema: TestSchema): Promise<void> {
  const { jobsView, queuesView } = tablesOf(schema.name);
  for (const view of [jobsView, queuesView]) {
    await session.run({ name: 'test_read_view', text: `select pg_catalog.count(*)::int4 from ${view}`, values: [] });
  }
}
