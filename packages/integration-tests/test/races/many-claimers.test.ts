import { randomUUID } from 'node:crypto';
import type { ClaimedJob, NewJob } from '@bearmq/core/internal';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { brokenInvariants } from '../model/support/invariants.ts';
import { Queue } from '../model/support/queue.ts';
import type { Verdict } from '../model/support/settle-rules.ts';
import { readSnapshot } from '../model/support/snapshot.ts';
import { databaseUrl, useSchema } from '../support/database.ts';
import { type HammerReport, hammer } from './support/hammer.ts';

const SCALE = Number(process.env['BEARMQ_RACE_SCALE'] ?? 1);
const CONNECTIONS = 6;

/** Six processes that do nothing but claim and settle. The report is printed; how fast it was decides nothing. */
describe('many claimers', () => {
  const clients = Array.from({ length: CONNECTIONS }, () => new pg.Client({ connectionString: databaseUrl() }));
  afterAll(async () => {
    await Promise.all(clients.map((client) => client.end()));
  });
  const schema = useSchema();
  const queue = new Queue(schema, clients[0] as pg.Client);
  beforeAll(async () => {
    await Promise.all(clients.map((client) => client.connect()));
  });
  beforeEach(() => queue.clear());

  const job = (jobGroup: string | null, place: Partial<NewJob> = {}): NewJob => ({
    id: randomUUID(),
    name: 'A',
    channel: 'X',
    jobGroup,
    delaySecs: 0,
    numAttempts: 1_000,
    timeoutSecs: 0,
    priority: 0,
    payloadText: '{}',
    extras: null,
    ...place,
  });

  const enqueue = async (jobs: readonly NewJob[]): Promise<void> => {
    for (let i = 0; i < jobs.length; i += 1_000) await queue.enqueue(jobs.slice(i, i + 1_000));
  };

  const expectAllRight = async (what: string, jobs: number, report: HammerReport): Promise<void> => {
    const { overlaps, disorder, doubles, lost, deadlocks, claims, emptyClaims, succeeded, secs, lastFreeSecs } = report;
    const emptyShare = Math.round((100 * emptyClaims) / claims);
    const free = lastFreeSecs === 0 ? '' : `, those without a group in ${lastFreeSecs.toFixed(2)} s`;
    console.log(
      `${what}: ${Math.round(jobs / secs)} jobs/s${free}; ${claims} claims, ${emptyShare} % of them empty, ${deadlocks} deadlocks`,
    );
    expect({ deadlocks, overlaps, disorder, doubles, lost, succeeded }).toEqual({
      deadlocks: 0,
      overlaps: 0,
      disorder: 0,
      doubles: 0,
      lost: 0,
      succeeded: jobs,
    });
    const snapshot = await readSnapshot(schema);
    expect(snapshot.jobs).toEqual([]);
    expect(snapshot.finalized).toHaveLength(jobs);
    expect(brokenInvariants(snapshot)).toEqual([]);
    expect(await queue.selfCheck()).toEqual([]);
  };

  it('work off a thousand groups, each in its order, each by one at a time', async () => {
    const groups = 1_000 * SCALE;
    await enqueue(Array.from({ length: 20 * groups }, (_, i) => job(`g${i % groups}`)));
    const demands = [{ channels: null, slots: 20, ahead: 30, maxPerGroup: 10 }];
    const report = await hammer({ schema, clients, demands, names: ['A'], jobs: 20 * groups });
    await expectAllRight(`${groups} groups of 20`, 20 * groups, report);
  }, 120_000);

  it('are not held up by a hot group in front of them', async () => {
    const [hot, free] = [5_000 * SCALE, 2_000 * SCALE];
    await enqueue([...Array.from({ length: hot }, () => job('hot')), ...Array.from({ length: free }, () => job(null))]);
    const demands = [{ channels: null, slots: 10, ahead: 0, maxPerGroup: 10 }];
    const report = await hammer({ schema, clients, demands, names: ['A'], jobs: hot + free });
    await expectAllRight(`${free} jobs behind a group of ${hot}`, hot + free, report);
    expect(report.lastFreeSecs).toBeLessThan(report.secs); // they did not wait for its end
  }, 120_000);

  it('keep all of that with lanes, retries and releases mixed', async () => {
    const each = 2_000 * SCALE;
    const places = ['X', 'Y'].flatMap((channel) => ['A', 'B'].map((name) => ({ channel, name })));
    const at = (i: number): Partial<NewJob> => places[i % places.length] as Partial<NewJob>;
    await enqueue([
      ...Array.from({ length: each }, (_, i) => job(`g${i % 300}`, at(Math.floor(i / 300)))),
      ...Array.from({ length: each / 4 }, (_, i) => job('hot', at(i))),
      ...Array.from({ length: each / 4 }, (_, i) => job(null, at(i))),
    ]);
    const demands = [
      { channels: ['X'], slots: 6, ahead: 4, maxPerGroup: 3 },
      { channels: null, slots: 5, ahead: 5, maxPerGroup: 1 },
    ];
    // Some fail once or twice, some are released the first time that they come.
    const released = new Set<string>();
    const verdict = ({ id, seq, attempt }: ClaimedJob): Verdict => {
      if (seq % 7 === 0 && attempt < 3) return 'failed';
      if (seq % 11 !== 0 || released.has(id)) return 'succeeded';
      released.add(id);
      return 'released';
    };
    const jobs = each + 2 * (each / 4);
    const report = await hammer({ schema, clients, demands, names: ['A', 'B'], jobs, verdict });
    await expectAllRight('mixed', jobs, report);
  }, 120_000);
});
