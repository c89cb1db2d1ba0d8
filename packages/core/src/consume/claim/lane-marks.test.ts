import { describe, expect, it } from '@jest/globals';
import { claimedJob } from '../../../test/support/claimed-job.ts';
import type { ClaimedJob } from '../../model/job.ts';
import type { ClaimResult, Demand } from '../../statements/claim.ts';
import { LaneMarks } from './lane-marks.ts';
import type { Scan } from './scan-budget.ts';

const FAR = 1_000_000;
const demand: Demand = { channels: null, slots: 2, ahead: 0, maxPerGroup: 1 };
const job = (seq: number, more: Partial<ClaimedJob> = {}): ClaimedJob => claimedJob({ seq, ...more });

/** Marks that learn of claims on a clock of their own. */
function marked() {
  const marks = new LaneMarks();
  let now = 0;
  return {
    marks,
    claimed: (scan: Scan, jobs: readonly ClaimedJob[], more: Partial<ClaimResult> = {}, demands = [demand]) => {
      const facts = {
        isLeaseHeld: true,
        nextDueMs: null,
        isDueHeld: false,
        isRescueDue: false,
        mayHaveMore: false,
        hasMoved: false,
        parallelGroups: [],
        scannedTo: null,
      };
      const seen = { scanMs: 0.1, promotedMs: null, latestSeq: FAR, isLeftBehind: false, isStartOnly: false };
      marks.note(scan, demands, { jobs: [jobs], ...facts, ...seen, ...more }, now);
    },
    at: (ms: number) => {
      now = ms;
    },
    areOfUse: () => marks.areOfUse(now),
    /** Where the next claim begins, by lane. */
    positions: () => {
      marks.areOfUse(now);
      return Object.fromEntries(marks.from(now).lanes.map((lane) => [lane.name, lane.position]));
    },
  };
}

describe('the marks of lanes', () => {
  it('are one for each channel, name and priority: its last job', () => {
    const { marks, claimed } = marked();
    claimed('full', [job(9, { priority: 5 }), job(1), job(2, { channel: 'X' }), job(3, { name: 'OTHER' }), job(4)]);
    const lanes = marks
      .from(0)
      .lanes.map(({ channel, name, priority, position }) => [channel, name, priority, position]);
    expect(new Set(lanes)).toEqual(
      new Set([
        ['DEFAULT', 'JOB', 5, 9],
        ['DEFAULT', 'JOB', 0, 4],
        ['X', 'JOB', 0, 2],
        ['DEFAULT', 'OTHER', 0, 3],
      ]),
    );
  });

  it('are none for jobs of groups', () => {
    const { claimed, areOfUse } = marked();
    claimed('full', [job(1, { jobGroup: 'g' }), job(2, { jobGroup: 'h' })]);
    expect(areOfUse()).toBe(false);
  });

  it('go to the last number drawn, in the channels of a claim that came back with less than it asked for', () => {
    const { claimed, at, positions } = marked();
    claimed('full', [job(1), job(2, { name: 'X', channel: 'X' })], { latestSeq: 2 }, [{ ...demand, slots: 3 }]);
    claimed('wide', [job(3, { name: 'X', channel: 'X' })], { latestSeq: 7_000 }, [{ ...demand, channels: ['X'] }]);
    expect(positions()).toEqual({ JOB: 2, X: 6_000 }); // a thousand of grace at first
    at(499);
    expect(positions()).toEqual({ JOB: 2, X: 6_000 });
  });

  it('stay where they are when nobody knows what was drawn last', () => {
    const { claimed, positions } = marked();
    claimed('full', [job(5)], { latestSeq: null });
    claimed('wide', [], { latestSeq: null });
    expect(positions()).toEqual({ JOB: 0 }); // within the grace of what was seen last
  });

  it('go back with a full scan that found jobs before them, and with no other', () => {
    const { claimed, positions } = marked();
    claimed('full', [job(1_000), job(1_001)]);
    claimed('wide', [job(5), job(6)]); // made ready by the claim itself
    claimed('narrow', [job(6), job(7)]);
    expect(positions()).toEqual({ JOB: 1_001 });
    claimed('full', [job(7), job(8)]);
    expect(positions()).toEqual({ JOB: 8 });
  });

  it('go back to a job that this process released, also if that was said during a claim', () => {
    const { marks, claimed, positions } = marked();
    claimed('full', [job(1_000), job(1_001)]);
    const from = marks.from(0);
    marks.released(job(600));
    marks.released(job(500));
    marks.released(job(3, { jobGroup: 'g' }));
    expect(from).toMatchObject({ lanes: [{ position: 1_001 }] });
    expect(positions()).toEqual({ JOB: 499 });
  });

  it('are of no use while there are too many, and of use again when most are forgotten', () => {
    const { marks, claimed, at, areOfUse } = marked();
    for (let i = 0; i < 150; i += 1) claimed('full', [job(i + 1, { name: `N${i}` })]);
    expect(areOfUse()).toBe(false);
    at(60_001);
    claimed('full', [job(1_000)]);
    expect(areOfUse()).toBe(false); // there was no room for it
    claimed('full', [job(1_001)]);
    expect(areOfUse()).toBe(true);
    expect(marks.from(60_001).lanes).toHaveLength(1);
  });
});

describe('scheduled jobs that were made ready', () => {
  it('are left out, with a second of grace', () => {
    const { marks, claimed } = marked();
    claimed('full', [job(1)]);
    expect(marks.from(0).dueAfterMs).toBeNull();
    claimed('full', [job(2)], { promotedMs: 50_000 });
    expect(marks.from(0).dueAfterMs).toBe(49_000);
    claimed('wide', [job(3)], { promotedMs: null });
    expect(marks.from(0).dueAfterMs).toBe(49_000);
  });
});
