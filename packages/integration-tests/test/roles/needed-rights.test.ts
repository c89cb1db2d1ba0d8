import type { SqlSession } from '@bearmq/core/driver';
import {
  type ClaimFrom,
  checkGroups,
  checkSchemaVersion,
  claim,
  claimAnnounced,
  enqueue,
  enqueueFirst,
  enqueueUnique,
  FIRST_KEY,
  fireSchedules,
  pruneFinalized,
  pruneGroups,
  pruneKeys,
  pruneReports,
  reconcile,
  recordDefinitions,
  registerProcess,
  removeProcess,
  renewLease,
  rescue,
  settle,
  tablesOf,
  upsertSchedule,
} from '@bearmq/core/internal';
import { beforeAll, beforeEach, expect, it } from '@jest/globals';
import { diagnose } from 'bearmq';
import pg from 'pg';
import { v4 as uuidv4 } from 'uuid';
import { useSchema } from '../support/database.ts';
import { empty, whileLocked } from '../support/statements.ts';
import { job, keepFigures, limit, readViews, reportAndComplete, workOffGroups } from './support/acts-of-a-worker.ts';
import { control } from './support/control.ts';
import { asOwner, useRole } from './support/roles.ts';
import { keepSchedules } from './support/schedules.ts';

// A pooler knows none of these roles.
const schema = useSchema({ way: 'direct' });
const producer = useRole(schema, 'producer');
const worker = useRole(schema, 'worker');
const tables = tablesOf(schema.name);
const { q } = schema;

// As in a database where nobody may use what he was not given.
beforeAll(() =>
  asOwner([
    `revoke execute on all routines in schema ${q} from public`,
    `revoke usage on type ${tables.jobState}, ${tables.jobOutcome} from public`,
  ]),
);
beforeEach(() => empty(schema));

async function produce(session: SqlSession): Promise<void> {
  await checkSchemaVersion(session, tables);
  const notification = { channel: 'nobody listens', payload: '' };
  await enqueueFirst(session, tables, { job: job('A', { jobGroup: 'G' }), notification });
  await enqueue(session, tables, [job('A', { jobGroup: 'G' }), job('A', { jobGroup: 'G' }), job('A'), job('A')]);
  await enqueueUnique(session, tables, [job('U', { delaySecs: 60 })]);
  for (const type of ['json', 'jsonb', 'text']) {
    const text = `select ${q}.enqueue('U', '{}'::${type}, delay_secs => 60)::text`;
    await session.run({ name: `enqueue_${type}`, text, values: [] });
  }
}

/** Every statement of a worker and an orchestrator, with something to do for each. */
async function work(session: SqlSession): Promise<void> {
  await produce(session);
  const [alive, dead] = [uuidv4(), uuidv4()];
  await registerProcess(session, tables, { processId: alive, leaseSecs: 30, sessionKey: null });
  await renewLease(session, tables, { processId: alive, leaseSecs: 30, sessionKey: null });
  const demands = [{ channels: null, slots: 2, ahead: 0, maxPerGroup: 1 }];
  const from: ClaimFrom = { scan: 'wide', lanes: [], dueAfterMs: null };
  const take = async (processId: string, look: ClaimFrom | null = from) =>
    (await claim(session, tables, { processId, generation: 0, names: ['A'], demands, from: look })).jobs.flat();
  await claimAnnounced(session, tables, { processId: alive, generation: 0, announced: [], room: 1 });
  const [one, two] = await take(alive);
  if (one === undefined || two === undefined) throw new Error('two jobs are free');
  await reportAndComplete(session, schema, one);
  await settle(session, tables, {
    processId: alive,
    outcomes: [
      { kind: 'succeeded', job: one },
      { kind: 'failed', job: two, errorText: 'no' },
    ],
    started: [],
    finalized: 'keep',
  });
  // A claim that is lost has its group counted anew.
  const gone = { kind: 'succeeded', job: { ...one, fence: 99, jobGroup: 'G' } } as const;
  await settle(session, tables, { processId: alive, outcomes: [gone], started: [], finalized: 'keep' });
  await registerProcess(session, tables, { processId: dead, leaseSecs: -1, sessionKey: null });
  await take(dead);
  await rescue(session, tables, { selfId: null, unlockSecs: 60, blockedSecs: 60, graceSecs: 0 });
  await take(alive);
  // All ways to look, at what is due, too; and past what others hold, in more lanes than slots.
  await take(alive, { ...from, scan: 'narrow' });
  const due = job('A', { delaySecs: 0.001 });
  await enqueue(session, tables, [due, ...['X', 'Y', 'Z'].map((channel) => job('A', { channel }))]);
  await schema.age(1, 'job');
  await whileLocked(schema, "select 1 from {s}.job where channel <> 'Z' for update", [], () => take(alive, null));
  await reconcile(session, tables, { processId: alive, generation: 1, known: [] });
  await workOffGroups(session, schema, take);
  await limit(session, schema, take);
  await schema.rows('delete from {s}.job_turn');
  await upsertSchedule(session, tables, { name: 'A', repeatSecs: 60 });
  await upsertSchedule(session, tables, { name: 'A', repeatSecs: 90 });
  await fireSchedules(session, tables, [job('A')]);
  await keepSchedules(session, tables, job('A'));
  await pruneFinalized(session, tables, { retentionSecs: -1, limit: 10 });
  await recordDefinitions(session, tables, [{ name: 'A', defaults: '{}' }]);
  await recordDefinitions(session, tables, [{ name: 'A', defaults: '{"priority":1}' }]);
  const key = { key: 'K', until: 'finished', forSecs: 0, onConflict: 'skip', maxRestartSecs: null } as const;
  await enqueueUnique(session, tables, [{ ...job('U', { delaySecs: 60 }), unique: key }]);
  await schema.rows('delete from {s}.job');
  await pruneKeys(session, tables, { after: FIRST_KEY, limit: 10 });
  await pruneReports(session, tables, { after: '00000000-0000-0000-0000-000000000000', limit: 10 });
  await pruneGroups(session, tables, { after: '', limit: 10 });
  await checkGroups(session, tables, null);
  await control(session, tables, job('A', { jobGroup: 'G' }), alive);
  await keepFigures(session, schema);
  await readViews(session, schema);
  await removeProcess(session, tables, { processId: alive });
  // The doctor tells of what it may not see, and goes on.
  const findings = await diagnose({ driver: session, schema: schema.name });
  const refused = findings.find(({ kind }) => kind === 'no-rights');
  if (refused !== undefined) throw Object.assign(new Error(refused.message), { sqlState: '42501' });
}

const roles = [
  { to: 'producer', role: producer, act: produce },
  { to: 'worker', role: worker, act: work },
] as const;

it.each(roles)('a $to needs no right that everybody has by default', async ({ role, act }) => {
  const driver = schema.newDriver({ url: role.url });
  await act(driver);
  await driver.close();
});

it('a worker that may not read the sequence takes the same jobs, and does not learn what to leave out', async () => {
  const driver = schema.newDriver({ url: worker.url });
  const name = pg.escapeIdentifier(worker.name);
  const processId = uuidv4();
  const demands = [{ channels: null, slots: 1, ahead: 0, maxPerGroup: 1 }];
  const from: ClaimFrom = { scan: 'wide', lanes: [], dueAfterMs: null };
  const take = () => claim(driver, tables, { processId, generation: 0, names: ['A'], demands, from });
  await registerProcess(driver, tables, { processId, leaseSecs: 30, sessionKey: null });
  await enqueue(driver, tables, [job('A'), job('A')]);
  expect((await take()).latestSeq).toEqual(expect.any(Number));
  await asOwner([`revoke ${SPARED} from ${name}`]);
  const { jobs, latestSeq } = await take();
  await asOwner([`grant ${SPARED} to ${name}`]);
  await driver.close();
  expect({ taken: jobs.flat().length, latestSeq }).toEqual({ taken: 1, latestSeq: null });
});

it.each(roles)('a $to that may not write the mark enqueues all the same, once', async ({ role }) => {
  await asOwner([`revoke ${MARK} from ${pg.escapeIdentifier(role.name)}`]);
  const driver = schema.newDriver({ url: role.url });
  await enqueueFirst(driver, tables, { job: job('A'), notification: { channel: 'nobody listens', payload: '' } });
  await driver.close();
  await asOwner([`grant ${MARK} to ${pg.escapeIdentifier(role.name)}`]);
  expect(await schema.value('select count(*)::int from {s}.job')).toBe(1);
});

/** What either can do without: a single job starts a little later. */
const MARK = `update on sequence ${tables.flushMark}`;

/** What a worker can do without, at a price. */
const SPARED = `select on sequence ${tables.jobSequence}`;

it.each(roles)(
  'each right of a $to is needed',
  async ({ role, act }) => {
    const driver = schema.newDriver({ url: role.url });
    const name = pg.escapeIdentifier(role.name);
    const unneeded: string[] = [];
    for (const right of await rightsToRevoke(role.name)) {
      await empty(schema);
      await asOwner([`revoke ${right} from ${name}`]);
      const isMissed = await act(driver).then(
        () => false,
        (error: unknown) => (error as { sqlState?: unknown }).sqlState === '42501',
      );
      if (!isMissed) unneeded.push(right);
      await asOwner([`grant ${right} to ${name}`]);
    }
    await driver.close();
    expect(unneeded).toEqual([]);
  },
  180_000,
);

/** All that a role was given, each right in words that `revoke` and `grant` take. */
async function rightsToRevoke(role: string): Promise<string[]> {
  const found = await schema.rows(
    `select format('%s on %I.%I', a.privilege_type, $1::text, relname) as right
     from pg_class, aclexplode(relacl) a where relkind <> 'S' and relnamespace = to_regnamespace($2) and a.grantee = $3::regrole
     union all
     select format('%s (%I) on %I.%I', a.privilege_type, attname, $1::text, relname)
     from pg_attribute join pg_class c on c.oid = attrelid, aclexplode(attacl) a
     where relnamespace = to_regnamespace($2) and a.grantee = $3::regrole
     union all
     select format('%s on routine %s', a.privilege_type, p.oid::regprocedure)
     from pg_proc p, aclexplode(proacl) a where pronamespace = to_regnamespace($2) and a.grantee = $3::regrole
     union all
     select format('%s on schema %I', a.privilege_type, nspname)
     from pg_namespace, aclexplode(nspacl) a where nspname = $1 and a.grantee = $3::regrole`,
    [schema.name, q, pg.escapeIdentifier(role)],
  );
  return found.map(({ right }) => right as string);
}
