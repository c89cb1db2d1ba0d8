import { setTimeout as wait } from 'node:timers/promises';
import type pg from 'pg';
import { surely } from '../run/admin.ts';
import type { Tortured } from '../run/server.ts';
import { QUOTED_SCHEMA } from '../settings.ts';
import { WITNESS } from '../witness/triggers.ts';
import type { Fault, World } from './fault.ts';
import { startLongJobs } from './long-jobs.ts';
import { Missed } from './missed.ts';

/** Jobs that are running when it strikes, and how long they take. */
const [LONG_JOBS, LONG_MS] = [4, 700];
/** How many of what runs and of what waits then is refused. */
const [RUNNING, WAITING] = [3, 1];

/** As a trigger or a check of a user's does. It is lifted in the end, or the job could never be over. */
const refuse: Fault = {
  name: 'refuse-outcomes',
  about: 'the database refuses to record the end of some jobs, for a while, or until their worker has stopped',
  strike: async (world) => {
    const { asAdmin, random, server } = world;
    await startLongJobs(world, new Array<number>(LONG_JOBS).fill(LONG_MS));
    const secs = random.pick([1.5, 5]);
    const isUntilStop = random.chance(0.5);
    const ids = await asAdmin(begin);
    try {
      await wait(secs * 1000);
      const stopped = isUntilStop ? await stopHolders(world, ids) : 0;
      return `${ids.length} jobs for ${secs} s${isUntilStop ? `, and until ${stopped} workers had stopped` : ''}`;
    } finally {
      await lift(server, `update ${WITNESS}.refused set to_at = clock_timestamp() where job_id = any ($1)`, [ids]);
    }
  },
};

/** Ends what hinders, for good: among commits that are lost it would go on. */
async function lift(server: Tortured, sql: string, values: readonly unknown[]): Promise<void> {
  await server.undisturbed(async () => {
    await surely(server.url, async (client) => {
      await client.query(sql, [...values]);
    });
  });
}

async function begin(client: pg.Client): Promise<readonly string[]> {
  const pick = (state: string, count: number): string =>
    `(select id from ${QUOTED_SCHEMA}.job where name <> 'TICK' and ${state} order by random() limit ${count})`;
  const { rows } = await client.query<{ job_id: string }>(
    `insert into ${WITNESS}.refused (job_id)
    ${pick(`state = 'running'`, RUNNING)} union all ${pick(`state <> 'running'`, WAITING)} returning job_id`,
  );
  return rows.map(({ job_id }) => job_id);
}

/** Has the workers stop in order that hold some of these jobs. Returns how many did. */
async function stopHolders({ crew, asAdmin }: World, ids: readonly string[]): Promise<number> {
  const { rows } = await asAdmin((client) =>
    client.query<{ process: string }>(
      `select distinct l.process from ${WITNESS}.claim c join ${WITNESS}.lease l on l.id = c.lease
      where c.job_id = any ($1) and c.ended_at is null`,
      [[...ids]],
    ),
  );
  const names = rows.map(({ process }) => process);
  const holders = crew.alive('worker').filter(({ name, isFrozen }) => !isFrozen && names.includes(name));
  await Promise.all(holders.map(async (child) => await crew.replace(child, {})));
  return holders.length;
}

/** A statement has time for so many rows, and no more. */
const [STATEMENT_MS, ROW_MS, SLOW_MS] = [150, 40, 9_000];
/** They end at the same time, more at one worker than a statement has time for. */
const [ALIKE, ALIKE_MS] = [40, 500];

const slowRecords: Fault = {
  name: 'slow-records',
  about: 'a worker whose statements are cancelled where they record the end of more than a few jobs',
  strike: async ({ crew, victim, server }) => {
    const usual = await victim('worker', ['direct', 'linked']);
    const child = await crew.replace(usual, { statementTimeoutMs: STATEMENT_MS });
    if (child === undefined) throw new Missed(`nobody took the place of ${usual.name}`);
    const producer = await victim('producer');
    await surely(server.url, async (client) => {
      await client.query(`insert into ${WITNESS}.slowed (process, ms) values ($1, $2)`, [child.name, ROW_MS]);
    });
    for (const until = performance.now() + SLOW_MS; performance.now() < until; await wait(4 * ALIKE_MS)) {
      producer.order({ to: 'enqueue', task: { does: 'work', ms: ALIKE_MS, fails: 0 }, groups: 'none', count: ALIKE });
    }
    await lift(server, `update ${WITNESS}.slowed set to_at = clock_timestamp() where process = $1`, [child.name]);
    return `${child.name} in place of ${usual.name}`;
  },
};

export const refusals: readonly Fault[] = [refuse, slowRecords];
