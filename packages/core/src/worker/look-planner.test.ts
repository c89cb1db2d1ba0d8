import { describe, expect, it } from '@jest/globals';
import type { ClaimedJob } from '../model/job.ts';
import type { ClaimResult, Demand } from '../statements/claim.ts';
import { LookPlanner } from './look-planner.ts';

const FAR = 1_000_000;
const demand: Demand = { channels: null, slots: 2, ahead: 0, run: 1 };

function job(seq: number, more: Partial<ClaimedJob> = {}): ClaimedJob {
  const settings = {
    name: 'JOB',
    channel: 'DEFAULT',
    jobGroup: null,
    priority: 0,
    timeoutSecs: 300,
    payloadText: '',
    extras: null,
  };
  const counts = {
    attempt: 1,
    numAttempts: 1,
    claims: 1,
    leaseId: 'l',
    isCounted: true,
    isSuspect: false,
    enqueuedAtMs: 0,
  };
  return { ...settings, ...counts, id: `${seq}`, seq, ...more };
}

/** A planner whose claims are made one after the other, on a clock of its own. */
function planned() {
  const planner = new LookPlanner();
  let now = 0;
  const claim = (jobs: readonly ClaimedJob[], answer: Partial<ClaimResult> = {}, demands = [demand]) => {
    const from = planner.next(now);
    const rest = {
      isLeaseHeld: true,
      nextDueMs: null,
      isRescueDue: false,
      isMoreLikely: false,
      isAhead: false,
      isLeftBehind: false,
    };
    const result = { jobs: [jobs], scanMs: 0.1, promotedMs: null, latestSeq: FAR, ...rest, ...answer };
    planner.note(from, demands, result, now);
    return from;
  };
  return {
    planner,
    claim,
    at: (ms: number) => {
      now = ms;
    },
    next: () => planner.next(now),
    /** Where the next claim begins, by lane. */
    positions: () => Object.fromEntries((planner.next(now)?.lanes ?? []).map((lane) => [lane.name, lane.position])),
  };
}

const slow = { scanMs: 10 };

describe('a look', () => {
  it('is made everywhere as long as that is quick', () => {
    const { claim } = planned();
    for (let i = 1; i < 10; i += 1) expect(claim([job(i), job(i + 1)])).toBeNull();
  });

  it('leaves out what was claimed, once a look everywhere is slow, except for a fiftieth of the time', () => {
    const { claim, at, next } = planned();
    claim([job(1), job(2)], slow);
    const lane = { channel: 'DEFAULT', name: 'JOB', priority: 0, position: 2 };
    expect(next()).toEqual({ look: 'wide', lanes: [lane], dueAfterMs: null });
    claim([job(3), job(4)]);
    at(499);
    expect(next()).toMatchObject({ lanes: [{ ...lane, position: 4 }] });
    at(500);
    expect(claim([job(5), job(6)], slow)).toBeNull();
    expect(next()).not.toBeNull();
    at(1_000);
    claim([job(7), job(8)]);
    expect(next()).toBeNull(); // quick again
  });

  it('is made everywhere every three seconds, however slow', () => {
    const { claim, at, next } = planned();
    claim([job(1), job(2)], { scanMs: 60_000 });
    at(2_999);
    expect(next()).not.toBeNull();
    at(3_000);
    expect(next()).toBeNull();
  });

  it('is made everywhere sooner when the others find nothing', () => {
    const { claim, at, planner } = planned();
    claim([job(1)], slow);
    claim([]);
    expect(planner.everywhereAt).toBe(200);
    at(200);
    expect(planner.next(200)).toBeNull();
  });

  it('is made everywhere at once when that was not worked off to its end', () => {
    const { claim, next } = planned();
    claim([job(1), job(2)], slow);
    claim([job(3)]);
    expect(next()).toBeNull();
  });

  it('is made everywhere sooner when jobs were made ready and left', () => {
    const { claim, planner } = planned();
    claim([job(1)], slow);
    claim([job(3), job(4)], { isLeftBehind: true });
    expect(planner.everywhereAt).toBe(200);
  });

  it('is made everywhere when others gave back what they held, also if that was said during a claim', () => {
    const { claim, planner } = planned();
    claim([job(1)], slow);
    const from = planner.next(1);
    planner.lookEverywhere();
    expect(from).not.toBeNull();
    expect(planner.next(1)).toBeNull();
    expect(planner.next(1)).not.toBeNull();
  });

  it('keeps to known lanes for a while when looking between them is slow', () => {
    const { claim, at, next } = planned();
    claim([job(1)], { scanMs: 40 });
    claim([job(2), job(3)], { scanMs: 2 });
    expect(next()).toMatchObject({ look: 'narrow' });
    at(100);
    expect(next()).toMatchObject({ look: 'wide' });
  });

  it('is made everywhere while there are too many lanes, and no longer when most are unused', () => {
    const { claim, at, next } = planned();
    for (let i = 0; i < 150; i += 1) claim([job(i + 1, { name: `N${i}` })], slow);
    expect(next()).toBeNull();
    at(60_001);
    claim([job(1_000)], slow);
    expect(next()?.lanes).toHaveLength(1);
  });

  it('leaves out scheduled jobs that were made ready, with a second of grace', () => {
    const { claim, next } = planned();
    claim([job(1)], { ...slow, promotedMs: 50_000 });
    expect(next()).toMatchObject({ dueAfterMs: 49_000 });
    claim([job(2)], { promotedMs: null });
    expect(next()).toMatchObject({ dueAfterMs: 49_000 });
  });
});

describe('the position in a lane', () => {
  it('is kept for each channel, name and priority', () => {
    const { claim, next } = planned();
    claim([job(9, { priority: 5 }), job(1), job(2, { channel: 'X' }), job(3, { name: 'OTHER' }), job(4)], slow);
    const lanes = next()?.lanes.map(({ channel, name, priority, position }) => [channel, name, priority, position]);
    expect(new Set(lanes)).toEqual(
      new Set([
        ['DEFAULT', 'JOB', 5, 9],
        ['DEFAULT', 'JOB', 0, 4],
        ['X', 'JOB', 0, 2],
        ['DEFAULT', 'OTHER', 0, 3],
      ]),
    );
  });

  it('is none for jobs of groups', () => {
    const { claim, next } = planned();
    claim([job(1, { jobGroup: 'g' }), job(2, { jobGroup: 'h' })], slow);
    expect(next()).toBeNull();
  });

  it('goes to the last number drawn, in the channels of a claim that came back with less than it asked for', () => {
    const { claim, at, positions } = planned();
    claim([job(1), job(2, { name: 'X', channel: 'X' })], { ...slow, latestSeq: 2 }, [{ ...demand, slots: 3 }]);
    claim([job(3, { name: 'X', channel: 'X' })], { latestSeq: 7_000 }, [{ ...demand, channels: ['X'] }]);
    expect(positions()).toEqual({ JOB: 2, X: 6_000 }); // a thousand of grace at first
    at(499);
    expect(positions()).toEqual({ JOB: 2, X: 6_000 });
  });

  it('goes back with a look everywhere that found jobs before it, and with nothing else', () => {
    const { claim, at, positions, next } = planned();
    claim([job(1_000), job(1_001)], slow);
    claim([job(5), job(6)]); // made ready by the claim itself
    expect(positions()).toEqual({ JOB: 1_001 });
    at(500);
    expect(next()).toBeNull();
    claim([job(7), job(8)], slow);
    expect(positions()).toEqual({ JOB: 8 });
  });

  it('goes back to a job that this process gave back, also if that was said during a claim', () => {
    const { claim, planner, next, positions } = planned();
    claim([job(1_000), job(1_001)], slow);
    const from = next();
    planner.returned(job(600));
    planner.returned(job(500));
    planner.returned(job(3, { jobGroup: 'g' }));
    expect(from).toMatchObject({ lanes: [{ position: 1_001 }] });
    expect(positions()).toEqual({ JOB: 499 });
  });
});
