import { describe, expect, it } from '@jest/globals';
import { claimedJob } from '../../../test/support/claimed-job.ts';
import { decodeAnnouncement } from '../../model/announcement.ts';
import { claimKey } from '../../model/claim-key.ts';
import type { ClaimedJob, Outcome } from '../../model/job.ts';
import { outcomeOfError, snoozed } from '../../model/outcome.ts';
import { newEvents } from '../../services/reporter.ts';
import { Holding } from '../holding.ts';
import { Holdings } from '../holdings.ts';
import { Consequences } from './consequences.ts';

const senderId = '0190a6f4-7c1e-4d0e-9c43-0b8f5a6d7e21';
const job = (extras: string | null, numAttempts = 1): ClaimedJob => claimedJob({ extras, numAttempts });
const AWAITED = '{"awaited":true}';

const succeeded = (of: ClaimedJob): Outcome => ({ kind: 'succeeded', job: of });
const threw = (of: ClaimedJob): Outcome => outcomeOfError(of, new Error('no luck'), { workerId: 'w', durationMs: 1 });

/** What is said to other processes when these are settled: the ids that each notification names as over. */
function saidOf(
  outcomes: readonly Outcome[],
  found: { readonly lost?: ClaimedJob; readonly cancelled?: ClaimedJob; readonly completed?: ClaimedJob } = {},
): readonly unknown[] {
  const said: unknown[] = [];
  const enqueuer = {
    senderId,
    notify: (payload: string) => void said.push(decodeAnnouncement(payload)?.over),
    announce: () => {},
    announceSoon: () => {},
  };
  const services = { events: newEvents(), enqueuer } as never;
  const consequences = new Consequences({ services, holdings: new Holdings(), notice: () => {}, onOpened: () => {} });
  const keys = (one: ClaimedJob | undefined): ReadonlySet<string> => new Set(one === undefined ? [] : [claimKey(one)]);
  const settled = outcomes.map((outcome) => ({
    holding: new Holding(outcome.job),
    outcome,
    workerId: 'w',
    durationMs: 1,
  }));
  consequences.settled(
    { processId: 'p', outcomes: settled, started: [] },
    { lost: keys(found.lost), cancelled: keys(found.cancelled), completed: keys(found.completed), opened: [] },
  );
  return said;
}

describe('the ends of jobs', () => {
  it('are told to other processes in one, where somebody awaits them', () => {
    const [plain, other, lost] = [job(null), job('{"headers":{"awaited":"true"}}'), job(AWAITED)];
    const [ended, failed, gone] = [job(AWAITED), job(AWAITED), job(AWAITED)];
    const [cancelled, completed] = [job(AWAITED, 2), job(AWAITED, 2)];
    const outcomes: Outcome[] = [
      ...[plain, other, lost, ended].map(succeeded),
      ...[failed, cancelled, completed].map(threw),
      { kind: 'cancelled', job: gone, attempt: 1, errorText: null },
    ];
    expect(saidOf(outcomes, { lost, cancelled, completed })).toEqual([
      [ended, failed, cancelled, completed, gone].map(({ id }) => id),
    ]);
  });

  it('are told in several where one would be too long', () => {
    const ended = Array.from({ length: 301 }, () => job(AWAITED));
    const said = saidOf(ended.map(succeeded)) as string[][];
    expect(said.map(({ length }) => length)).toEqual([150, 150, 1]);
    expect(said.flat()).toEqual(ended.map(({ id }) => id));
  });

  it('are told neither of jobs that nobody awaits nor of those that go on', () => {
    expect(saidOf([job(null), job('{"v":2}')].map(succeeded))).toEqual([]);
    expect(saidOf([threw(job(AWAITED, 2)), snoozed(job(AWAITED), 5)])).toEqual([]);
  });
});
