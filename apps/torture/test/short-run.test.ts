import { rmSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { NAMES } from '../src/children/definitions.ts';
import { OPENING_TASKS } from '../src/children/plans.ts';
import { parseOptions } from '../src/options.ts';
import { playRound } from '../src/run/round.ts';
import { schedule } from '../src/run/schedule.ts';
import { replicatingBinaries } from '../src/run/standby.ts';

const [SEED, SECS] = [1, 15];

/** Every kind of job there is: a run that has seen none of one has proved nothing of it. */
const KINDS = [...NAMES, 'TELL', 'FOLLOW', 'TICK', 'SCHEDULED'];

/** What is played with these faults is without fault of ours by all rules, and most of them come about. */
async function survive(faults: string): Promise<void> {
  const strikes = schedule(parseOptions(['--only', faults]).faults, SEED, SECS);
  const notes: string[] = [];
  const { violations, history, struck, folder } = await playRound({
    seed: SEED,
    secs: SECS,
    strikes,
    note: (text) => notes.push(text),
    interrupted: new AbortController().signal,
  });
  expect({ violations, notes: violations.length > 0 ? notes : [] }).toEqual({ violations: [], notes: [] });
  expect([...struck.values()].reduce((sum, { applied }) => sum + applied, 0)).toBeGreaterThan(strikes.length / 2);
  const succeeded = new Set(history.finals.filter(({ outcome }) => outcome === 'succeeded').map(({ jobId }) => jobId));
  const jobs = history.inserted.filter(({ jobId }) => succeeded.has(jobId));
  const tasks = new Map(history.enqueues.map(({ key, task }) => [key, task.does]));
  const seen = { names: jobs.map(({ name }) => name), tasks: jobs.map(({ key }) => tasks.get(key ?? '')) };
  expect(seen).toEqual({ names: expect.arrayContaining(KINDS), tasks: expect.arrayContaining([...OPENING_TASKS]) });
  rmSync(folder, { recursive: true });
}

it('BearMQ keeps its promises through a short torture', async () => {
  await survive('kill-worker,kill-producer,freeze-worker,server-kill,terminate-some,net-cut,throw');
}, 300_000);

const wherePossible = replicatingBinaries() === undefined ? it.skip : it;

wherePossible(
  'BearMQ keeps its promises while standbys take the place of their primaries',
  async () => {
    await survive('failover,kill-worker,server-kill');
  },
  300_000,
);
