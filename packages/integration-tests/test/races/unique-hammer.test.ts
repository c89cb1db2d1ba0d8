import { describe, expect, it } from '@jest/globals';
import { fromPg, JobDefinition, type OnConflict } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { until } from '../support/until.ts';

// Sessions are told apart by what they call themselves, so it is direct.
const schema = useSchema({ way: 'direct' });
const daemons = useDaemons();

const KEYS = 8;
const PRODUCERS = 8;
const ROUNDS = 60;
/** How many of a hundred transactions stay open for so long, in milliseconds, and how many are rolled back. */
const [SLOW, SLOW_MS, ROLLED_BACK] = [3, 700, 20];

/**
 * What has waited for a user's transaction for longer than a statement holds a row: an enqueue that finds a job claimed has
 * locked it for the moment until its block is left. Who makes a table longer holds it for a moment, too; up to PostgreSQL 15
 * that is seen. A user's enqueue that waits itself is no such moment.
 */
const WAITS_FOR_USERS = `
  select w.wait_event, w.query, u.state, u.wait_event as held_in, u.query as held_by, clock_timestamp() - l.waitstart as waited
  from pg_stat_activity w join pg_locks l using (pid), unnest(pg_blocking_pids(w.pid)) b (pid) join pg_stat_activity u using (pid)
  where w.application_name = $1 and u.application_name = $2 and w.wait_event <> 'extend'
    and l.waitstart < clock_timestamp() - make_interval(secs => $3 / 1000.0)
    and not (u.state = 'active' and u.query like '%enqueue_unique%' and u.wait_event_type is distinct from 'Lock')`;

const rnd = (n: number): number => Math.floor(Math.random() * n);

interface Change {
  readonly key: number;
}

describe.each([
  ['skip', 'by itself'],
  ['replace', 'by itself'],
  ['skip', 'in a group of its key'],
] as const)('jobs of a few keys, from many transactions (%s, each %s)', (onConflict: OnConflict, where) => {
  it('lose no change, wait never in pairs, and hold up no settle', async () => {
    const name = `CHANGED ${onConflict} ${where}`;
    const table = `${schema.q}."changes of ${name}"`;
    await schema.rows(`create table ${table} (key int, n bigserial)`);
    const grouped = where === 'by itself' ? {} : { jobGroupGenerator: ({ key }: Change) => `key ${key}` };
    const seen = new Map<number, number>();
    let isFailing = true;
    const define = (context: ReturnType<typeof schema.context>) =>
      new JobDefinition<Change>({
        context,
        name,
        numAttempts: 1_000,
        timeoutSecs: 0,
        ...grouped,
        unique: { key: ({ key }: Change) => `key ${key}`, until: 'started', onConflict },
        workFunction: async ({ key }: Change) => {
          if (isFailing && rnd(10) === 0) throw new Error('now and then');
          const count = await schema.value(`select count(*)::int from ${table} where key = $1`, [key]);
          seen.set(key, Math.max(seen.get(key) ?? 0, Number(count)));
        },
      });
    const contexts = [1, 2].map(() =>
      schema.context({}, { driver: schema.newDriver({ applicationName: `worker of ${name}` }) }),
    );
    const events = contexts.map(logEvents);
    for (const context of contexts) {
      await define(context).register();
      daemons.worker(context, { concurrency: 4 });
    }
    const producer = define(schema.context());
    const users = schema.newPool({ max: PRODUCERS, application_name: `user of ${name}` });
    const outcomes = new Map<string, number>();
    let isOver = false;
    let looks = 0;
    const watched = (async () => {
      const odd: unknown[] = [];
      while (!isOver) {
        // Settles and claims that wait for a user's transaction, and keys of which two jobs wait that nobody has claimed.
        odd.push(
          ...(await schema.rows(WAITS_FOR_USERS, [`worker of ${name}`, `user of ${name}`, SLOW_MS / 2])),
          ...(await schema.rows(
            `select payload ->> 'key' as key, count(*) from {s}.job where name = $1 and fence = 0 group by 1 having count(*) > 1`,
            [name],
          )),
        );
        looks += 1;
      }
      return odd;
    })();
    const produce = async (): Promise<void> => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const key = rnd(KEYS);
        const client = await users.connect();
        try {
          await client.query('begin');
          await client.query(`insert into ${table} (key) values ($1)`, [key]);
          const { outcome } = await producer.submit({ key }, { tx: fromPg(client) });
          outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
          if (rnd(100) < SLOW) await client.query('select pg_sleep($1)', [SLOW_MS / 1_000]);
          await client.query(rnd(100) < ROLLED_BACK ? 'rollback' : 'commit');
        } finally {
          client.release();
        }
      }
    };
    await Promise.all(Array.from({ length: PRODUCERS }, produce));
    isFailing = false;
    const left = () => schema.value('select count(*)::int from {s}.job where name = $1', [name]);
    await until('all jobs are over', async () => (await left()) === 0, 200_000);
    isOver = true;
    expect(await watched).toEqual([]);
    expect(looks).toBeGreaterThan(10);
    const changes = await schema.rows(`select key, count(*)::int as made from ${table} group by key`);
    const lost = changes.filter(({ key, made }) => (seen.get(Number(key)) ?? 0) < Number(made));
    expect(lost).toEqual([]);
    expect(outcomes.get(onConflict === 'skip' ? 'skipped' : 'replaced')).toBeGreaterThan(0);
    for (const log of events) expect(log.of('DAEMON_ERROR')).toEqual([]);
  }, 400_000);
});
