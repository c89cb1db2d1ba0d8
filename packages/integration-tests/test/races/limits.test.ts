import { afterEach, describe, expect, it } from '@jest/globals';
import { type Context, JobDefinition } from 'bearmq';
import { useSchema } from '../support/database.ts';
import { until } from '../support/until.ts';
import { directUrl, wayTo } from '../support/way.ts';
import { Child } from './support/child.ts';
import { outOfOrder, passedOver, type Setting, tooFast, tooMany, withoutClaim } from './support/limit-checks.ts';
import { type Held, useLimitLedger } from './support/limit-ledger.ts';

const SCALE = Number(process.env['BEARMQ_RACE_SCALE'] ?? 1);
const ROUNDS = 80 * SCALE;
const BACKLOG = 150 * SCALE;
const DEADLINE_MS = 90_000 * SCALE;

const random = (below: number): number => Math.floor(Math.random() * below);
const always = (max: number): readonly Setting[] => [{ fromMs: -Infinity, untilMs: -Infinity, max }];
const keyOf = (what: 'name' | 'channel' | 'group', prefix: string) => (one: Held) =>
  one[what]?.startsWith(prefix) === true ? one[what] : null;

/** What the workers' processes say of their kinds of jobs. Whatever else limits them is set while they work. */
const LIMITED = { name: 'LIMITED', concurrency: 5 };
const RATED = { name: 'RATED', rateLimit: { max: 40, perSecs: 0.5 } };
const SHARED = { name: 'SHARED', groupConcurrency: 3, groupRateLimit: { max: 12, perSecs: 0.3 } };
const CHANGED = { name: 'CHANGED', concurrency: 9 };
const KINDS = [LIMITED, RATED, SHARED, CHANGED];
const NARROW = { channel: 'NARROW', concurrency: 7 };
const PRODUCERS = ['p1', 'p2', 'p3'];

/**
 * Processes that work under limits, and an account of what they claimed that does not depend on what the queue counts. They
 * are killed and cut off, jobs fail, transactions that enqueue stay open or are rolled back, and limits change meanwhile.
 */
describe('limits, whatever happens,', () => {
  const children: Child[] = [];
  afterEach(async () => {
    await Promise.all(children.splice(0).map((child) => child.kill()));
  });
  const schema = useSchema({ way: 'direct' });
  const ledger = useLimitLedger(schema);

  const launch = async (role: string, name: string, definitions: readonly object[]): Promise<Child> => {
    const common = { way: wayTo(directUrl()), books: directUrl(), schema: schema.name, ledger: ledger.q };
    const child = new Child(name, { ...common, role, definitions, rounds: ROUNDS }, 'limited');
    children.push(child);
    await child.heard('ready', DEADLINE_MS);
    return child;
  };
  const count = async (sql: string): Promise<number> => Number(await schema.value(sql));
  const now = (): Promise<number> => count('select extract(epoch from clock_timestamp())::float8 * 1000');
  const claims = (): Promise<number> => count(`select count(*) from ${ledger.q}.held`);
  const over = (what: string): Promise<unknown> =>
    until(what, async () => (await count('select count(*) from {s}.job')) === 0, DEADLINE_MS);

  /** Nothing waits, and nothing is counted that does not run. */
  const expectClean = async (): Promise<void> => {
    await until('the line is empty', async () => (await count('select count(*) from {s}.job_turn')) === 0);
    const left = `select (select count(*) from {s}.job)::int as jobs,
      (select coalesce(sum(running), 0) from {s}.job_group)::int as "inGroups",
      (select coalesce(sum(running), 0) from {s}.job_limit)::int as limited`;
    expect(await schema.rows(left)).toEqual([{ jobs: 0, inGroups: 0, limited: 0 }]);
  };

  it('are kept at every instant, in order, and nothing is stuck', async () => {
    const context = schema.context();
    await context.limits.set({ channel: NARROW.channel }, { concurrency: NARROW.concurrency });
    // A backlog for each rate to be met by.
    const rates = ['RATED', 'SHARED'].map(
      // As many attempts as the processes' own definitions give: some are spent by kills.
      (name) => new JobDefinition<object>({ context, name, numAttempts: 30, workFunction: () => {} }),
    );
    const backlog = rates.map((definition) =>
      definition.enqueueMany(
        Array.from({ length: BACKLOG }, () => ({
          payload: { ms: 1, fails: 0 },
          ...(definition.name === 'SHARED' ? { jobGroup: 'shared by all' } : {}),
        })),
      ),
    );
    const enqueued = (await Promise.all(backlog)).flat().length;
    const workers = await Promise.all([1, 2, 3, 4].map((n) => launch('worker', `worker ${n}`, KINDS)));
    const producers = await Promise.all(PRODUCERS.map((name) => launch('producer', name, KINDS)));
    let isOver = false;
    const end = Promise.all(producers.map((producer) => producer.heard('made', DEADLINE_MS))).finally(() => {
      isOver = true;
    });
    const [settings] = await Promise.all([changeLimits(context, () => isOver), disturb(workers, () => isOver), end]);
    await over('everything is over');
    await expectClean();
    await Promise.all(children.filter((child) => child.isRunning).map((child) => child.stop()));

    const { held, calls } = await ledger.read();
    const limited = tooMany(held, keyOf('name', 'LIMITED'), () => always(LIMITED.concurrency));
    const narrow = tooMany(held, keyOf('channel', 'NARROW'), () => always(NARROW.concurrency));
    const shared = tooMany(held, keyOf('group', 'shared'), () => always(SHARED.groupConcurrency), 'groups');
    const single = tooMany(held, keyOf('group', 'single'), () => always(1), 'groups');
    const changed = tooMany(held, keyOf('name', 'CHANGED'), () => settings.get('CHANGED') ?? []);
    const moved = tooMany(held, keyOf('group', 'moved'), (group) => settings.get(group) ?? always(1), 'groups');
    const rated = tooFast(held, keyOf('name', 'RATED'), RATED.rateLimit);
    const paced = tooFast(held, keyOf('group', 'shared'), SHARED.groupRateLimit);
    const said = children.flatMap(({ messages }) => messages);
    const made = said.reduce((sum, { kind, value }) => sum + (kind === 'made' ? Number(value) : 0), enqueued);
    const trouble = said.filter(({ kind }) => kind === 'trouble').map(({ value }) => String(value));
    console.log(
      `${made} jobs, ${held.length} claims, ${calls.length} calls, ${[...settings.values()].flat().length} settings; ` +
        `at their limits: ${limited.atLimit} of a name, ${narrow.atLimit} of a channel, ${shared.atLimit} of groups, ` +
        `${changed.atLimit + moved.atLimit} of what changed; closest starts ${rated.shortestMs} ms of 500, ` +
        `${paced.shortestMs} of 300; trouble: ${trouble.join('; ') || 'none'}`,
    );
    const broken = [limited, narrow, shared, single, changed, moved, rated, paced].flatMap((found) => found.broken);
    expect([...broken, ...outOfOrder(held), ...withoutClaim(calls, held)]).toEqual([]);
    const unlike = `select coalesce(m.id, f.id) as id, f.outcome::text, f.error from ${ledger.q}.made m
      full join {s}.finalized_job f on f.id = m.id where f.outcome is distinct from 'succeeded' or m.id is null`;
    expect(await schema.rows(unlike)).toEqual([]);
    expect(held.filter(({ untilMs }) => untilMs === null)).toEqual([]);
    // A limit that is never reached was not tried.
    expect([limited.peak, narrow.peak, shared.peak]).toEqual([5, 7, 3]);
    expect(Math.max(rated.shortestMs, paced.shortestMs)).toBeLessThan(3_000);
    expect(Math.min(changed.atLimit, moved.atLimit)).toBeGreaterThan(10);
  }, 240_000);

  it('and groups of a lane take turns by their weights, whoever has how much waiting', async () => {
    const context = schema.context();
    await context.limits.set({ jobGroup: 'wide' }, { groupConcurrency: 4 });
    await context.limits.set({ jobGroup: 'heavy' }, { weight: 3 });
    const tenants = Array.from({ length: 40 }, (_, i) => `tenant ${i}`);
    const definition = new JobDefinition<object>({ context, name: 'FAIR', workFunction: () => {} });
    const backlog: readonly (readonly [string, number])[] = [
      ['whale', 600 * SCALE],
      ['wide', 200 * SCALE],
      ['heavy', 90 * SCALE],
      ...tenants.map((tenant) => [tenant, 15 * SCALE] as const),
    ];
    const jobs = backlog.flatMap(([jobGroup, n]) =>
      Array.from({ length: n }, () => ({ jobGroup, payload: { ms: 1, fails: 0 } })),
    );
    await definition.enqueueMany(jobs);
    const before = (await ledger.read()).held.length;
    await Promise.all(['fair 1', 'fair 2', 'fair 3'].map((name) => launch('worker', name, [{ name: 'FAIR' }])));
    await over('the backlog is worked off');
    await Promise.all(children.map((child) => child.stop()));
    const held = (await ledger.read()).held.slice(before);
    const found = passedOver(held, (group) => ({
      weight: group === 'heavy' ? 3 : 1,
      concurrency: group === 'wide' ? 4 : 1,
    }));
    console.log(`${held.length} claims of jobs; at most ${found.most} of twice the share was had by another`);
    expect(found.broken).toEqual([]);
    expect(outOfOrder(held)).toEqual([]);
    expect(tooMany(held, keyOf('group', 'wide'), () => always(4)).peak).toBe(4);
  }, 120_000);

  /** Changes a limit of a name and those of some groups, again and again, and notes when. */
  async function changeLimits(context: Context, isOver: () => boolean): Promise<Map<string, Setting[]>> {
    const settings = new Map<string, Setting[]>([['CHANGED', [...always(CHANGED.concurrency)]]]);
    while (!isOver()) {
      const jobGroup = `moved of ${PRODUCERS[random(3)]} ${random(2)}`;
      const [key, max] = random(2) === 0 ? ['CHANGED', 1 + random(9)] : [jobGroup, 1 + random(6)];
      const fromMs = await now();
      if (key === 'CHANGED') await context.limits.set({ jobName: key }, { concurrency: max });
      else await context.limits.set({ jobGroup }, { groupConcurrency: max });
      const history = settings.get(key) ?? [...always(1)];
      settings.set(key, [...history, { fromMs, untilMs: await now(), max }]);
      const next = (await claims()) + random(20);
      await until('more was claimed', async () => isOver() || (await claims()) >= next, DEADLINE_MS);
    }
    return settings;
  }

  /** Kills a worker in the middle of its work, starts another, and cuts connections. */
  async function disturb(workers: readonly Child[], isOver: () => boolean): Promise<void> {
    const cut = 'select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1';
    await until('there is work', async () => (await claims()) > 100, DEADLINE_MS);
    await workers[0]?.kill();
    await launch('worker', 'worker 5', KINDS);
    while (!isOver()) {
      await schema.rows(cut, [`worker ${2 + random(4)}`]);
      const next = (await claims()) + 200;
      await until('more was claimed', async () => isOver() || (await claims()) >= next, DEADLINE_MS);
    }
  }
});
