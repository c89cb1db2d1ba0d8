import { afterEach, describe, expect, it } from '@jest/globals';
import { brokenInvariants } from '../model/support/invariants.ts';
import { readSnapshot } from '../model/support/snapshot.ts';
import { useSchema } from '../support/database.ts';
import { until } from '../support/until.ts';
import { databaseUrl, directUrl, wayTo } from '../support/way.ts';
import { Child } from './support/child.ts';
import { useLedger } from './support/ledger.ts';
import { checkLedger } from './support/ledger-checks.ts';

const SCALE = Number(process.env['BEARMQ_RACE_SCALE'] ?? 1);
const GROUPS = 200;
const ROUNDS = 21 * SCALE;
const FREE_EACH = 20;
const DEADLINE_MS = 60_000 * SCALE;

/** A process that takes its lock for life on a connection of its own, which it can have past a pooler only. */
const SESSION = { way: wayTo(directUrl()) } as const;

/**
 * Worker processes that are stopped, killed and frozen while they work, and an account of theirs that does not depend on
 * the queue. A run is its process's own until it ends, or until its claim is given up: of one that was killed or frozen,
 * what comes after that does not count, and must not be recorded either.
 */
describe('processes that come and go', () => {
  const children: Child[] = [];
  afterEach(async () => {
    await Promise.all(children.splice(0).map((child) => child.kill()));
  });
  const schema = useSchema();
  const ledger = useLedger(schema);

  const launch = async (role: string, name: string, task: object = {}): Promise<Child> => {
    const child = new Child(name, {
      role,
      way: wayTo(databaseUrl()),
      books: directUrl(),
      schema: schema.name,
      ledger: ledger.q,
      ...task,
    });
    children.push(child);
    await child.heard('ready');
    return child;
  };
  const finalized = async (): Promise<number> => Number(await schema.value('select count(*) from {s}.finalized_job'));
  const done = (share: number): Promise<unknown> => {
    const jobs = share * ROUNDS * (GROUPS + 2 * FREE_EACH);
    return until(`${jobs} jobs are over`, async () => (await finalized()) >= jobs, DEADLINE_MS);
  };
  const leases = (child: Child): Promise<number> =>
    schema
      .value(`select count(*) from {s}.process join ${ledger.q}.lease using (id) where process = $1`, [child.name])
      .then(Number);

  /** Freezes it at a moment when it has jobs in hand. */
  const freezeBusy = (child: Child): Promise<unknown> =>
    until(`${child.name} is busy`, async () => {
      child.freeze();
      const held = await schema.value(
        `select count(*) from {s}.job j join ${ledger.q}.lease l on l.id = j.process_id
          where j.state = 'running' and j.started and l.process = $1`,
        [child.name],
      );
      if (Number(held) > 0) return true;
      child.thaw();
      return false;
    });
  const killBusy = async (child: Child): Promise<void> => {
    await freezeBusy(child);
    await child.kill();
  };

  it('run each job of each group once, in its order, one at a time, whatever becomes of them', async () => {
    const half = GROUPS / 2;
    const groups = Array.from({ length: GROUPS }, (_, i) => `group ${i}`);
    const producers = await Promise.all([
      launch('producer', 'producer 1', { groups: groups.slice(0, half), rounds: ROUNDS, freeEach: FREE_EACH }),
      launch('producer', 'producer 2', { groups: groups.slice(half), rounds: ROUNDS, freeEach: FREE_EACH }),
    ]);
    const keepers = await Promise.all([launch('orchestrator', 'keeper 1'), launch('orchestrator', 'keeper 2')]);
    const [stopped, killed, deaf, patient, killedLater] = (await Promise.all([
      launch('worker', 'stopped', SESSION),
      launch('worker', 'killed', SESSION),
      launch('worker', 'deaf', { wakeUp: 'poll' }),
      launch('worker', 'patient', SESSION),
      launch('worker', 'killed later', SESSION),
    ])) as [Child, Child, Child, Child, Child];

    for (const producer of producers) producer.tell('first');
    await done(0.03);
    await Promise.all([stopped.stop(), killBusy(killed)]);
    await Promise.all([launch('worker', 'fresh 1', SESSION), launch('worker', 'fresh 2', SESSION)]);
    // The one has no session of its own, so its lease is all that it has; the other's connection still stands.
    for (const producer of producers) producer.tell('second');
    await Promise.all([freezeBusy(deaf), freezeBusy(patient)]);
    await until('the frozen process is given up', async () => (await leases(deaf)) === 0, 20_000);
    const expired = `select count(*) from {s}.process where expires_at < now()`;
    await until('the other one is late too', async () => Number(await schema.value(expired)) > 0);
    expect(await leases(patient)).toBe(1);
    for (const child of [deaf, patient]) child.thaw();
    for (const producer of producers) producer.tell('third');
    await killBusy(killedLater);
    await launch('worker', 'fresh 3', SESSION);
    await Promise.all(producers.map((producer) => producer.heard('third part', DEADLINE_MS)));
    const left = 'select count(*) from {s}.job';
    await until('everything is over', async () => Number(await schema.value(left)) === 0, DEADLINE_MS);
    await Promise.all(
      children.filter((child) => child.isRunning && !keepers.includes(child)).map((child) => child.stop()),
    );
    await until('no group is left', async () => (await readSnapshot(schema)).groups.length === 0);
    await Promise.all(keepers.map((keeper) => keeper.stop()));

    const book = await ledger.read();
    const { broken, strays } = checkLedger(book);
    const lost = book.claims.filter(({ takenBackMs }) => takenBackMs !== null);
    const trouble = children.flatMap((child) =>
      child.messages.filter(({ kind }) => kind === 'trouble').map((m) => said(child, m)),
    );
    console.log(
      `${book.enqueued.length} jobs, ${book.runs.length} runs, ${book.claims.length} claims: ` +
        `${lost.length} given up, ${lost.filter(({ isSpent }) => isSpent).length} of them started, ` +
        `${strays.length} strays; trouble: ${trouble.join('; ') || 'none'}`,
    );
    expect(broken).toEqual([]);
    expect(book.enqueued).toHaveLength(ROUNDS * (GROUPS + 2 * FREE_EACH));
    // Its eight slots may each have begun one whose first entry was on its way when the processor was taken away.
    expect(strays.filter(({ process }) => process !== 'deaf')).toEqual([]);
    expect(strays.length).toBeLessThanOrEqual(8);
    expect(lost.length).toBeGreaterThan(0);
    // The answer to a claim of the patient one, too, may have come while it was frozen, later than it is waited for: then
    // the process takes it for lost, and gives what it brought back, none of it started.
    const taken = lost.filter(({ process, isSpent }) => process !== 'patient' || isSpent);
    expect(new Set(taken.map(({ process }) => process))).toEqual(new Set(['killed', 'deaf', 'killed later']));
    const snapshot = await readSnapshot(schema);
    expect(brokenInvariants(snapshot)).toEqual([]);
    expect({ ...snapshot, finalized: [] }).toEqual({ jobs: [], finalized: [], groups: [], turns: [], workers: [] });
  }, 240_000);
});

function said({ name }: Child, { kind, value }: Child['messages'][number]): string {
  return `${name}: ${kind} ${value === undefined ? '' : String(value)}`;
}
