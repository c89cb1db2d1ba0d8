import { describe, expect, it } from '@jest/globals';
import { pauses } from '../src/checker/assemble-control.ts';
import type { Cancel, History, Pause } from '../src/checker/history.ts';
import type { Fact } from '../src/ledger/facts.ts';
import { a, change, saidBy } from './support/stories.ts';
import { event, history, type JobStory, job, processOf } from './support/story.ts';

const paused = (what: Pause['what'], from: number, to: number): Partial<History> => ({
  pauses: [{ what, process: 'operator', from, to }],
});
const cancel = (became: Cancel['became'], toldAt: number | null, jobId = 'a'): Partial<History> => ({
  cancels: [{ jobId, process: 'operator', calledAt: (toldAt ?? 5) - 1, toldAt, became }],
});
/** `a` as it is over when it was cancelled: while it ran, unless it has no run. */
const asCancelled = (story: JobStory): JobStory =>
  change(story, {
    finals: story.finals.map((final) => ({ ...final, outcome: 'cancelled', attempt: story.runs.length })),
  });

describe('while something is paused', () => {
  it.each<[string, Pause['what']]>([
    ['its channel', { channel: 'C' }],
    ['its name', { jobName: 'N' }],
    ['its group', { jobGroup: 'g' }],
    ['everything', 'everything'],
  ])('a claim is found where it is %s', (_how, what) => {
    expect(saidBy('pauses', history([a], paused(what, 2, 100)))).toBe(
      `a was claimed by P 6 ms after ${JSON.stringify(what)} was paused`,
    );
  });

  it.each<[string, Partial<History>]>([
    ['where something else is', paused({ jobGroup: 'h' }, 2, 100)],
    ['before it', paused({ jobGroup: 'g' }, 9, 100)],
    ['after its end', paused({ jobGroup: 'g' }, 0, 7)],
    ['where the word of it is undone', { ...paused('everything', 2, 100), losses: [{ from: 1, to: 3 }] }],
  ])('none is found %s', (_how, more) => {
    expect(saidBy('pauses', history([a], more))).toBe('');
  });

  it('a late start is found, but where its process had no processor', () => {
    const late = job('l', [{ from: 5_000, to: 5_001 }]);
    const held = change(late, { claims: late.claims.map((claim) => ({ ...claim, at: 90 })) });
    const more = paused('everything', 100, 9_000);
    expect(saidBy('pauses', history([held], more))).toBe('l began in P 4900 ms after "everything" was paused');
    const processes = [processOf('P', { frozen: [{ from: 200, to: 4_900 }] })];
    expect(saidBy('pauses', history([held], { ...more, processes }))).toBe('');
  });
});

describe('pauses as they are told', () => {
  const fact = (kind: 'pausing' | 'paused' | 'resuming' | 'resumed', at: number, by = 'o'): Fact => ({
    kind,
    what: 'everything',
    at,
    by,
    wall: 0,
  });
  const told = (...facts: Fact[]) => pauses(facts).map(({ from, to }) => [from, to]);

  it('last until a resume is called, or to the end', () => {
    expect(told(fact('pausing', 1), fact('paused', 2), fact('resuming', 5), fact('resumed', 6))).toEqual([[2, 5]]);
    expect(told(fact('pausing', 1), fact('paused', 2))).toEqual([[2, Infinity]]);
    expect(told(fact('pausing', 1))).toEqual([]);
  });

  it('are worth nothing where a resume may have come between, or is still on its way', () => {
    const resuming = [fact('resuming', 0, 'p'), fact('resumed', 2, 'p')];
    expect(told(...resuming, fact('pausing', 1), fact('paused', 3))).toEqual([]);
    expect(told(fact('resuming', 0, 'p'), fact('pausing', 10), fact('paused', 12))).toEqual([]);
  });
});

describe('a job that was cancelled', () => {
  const waited = change(asCancelled(change(a, { claims: [], runs: [] })), { events: a.events.slice(0, 1) });
  const stopped = asCancelled(
    change(a, {
      runs: a.runs.map((run) => ({
        ...run,
        outcome: 'aborted' as const,
        abortedAt: 15,
        abortedBy: 'JobCancelledError: it was cancelled',
      })),
      events: [...a.events.slice(0, -1), event('WORKER_JOB_CANCEL', 22, { jobId: 'a', attempt: 1 })],
    }),
  );

  it.each<[string, JobStory, Partial<History>]>([
    ['while it waited', waited, cancel('cancelled', 5)],
    ['by a call that was not answered', waited, cancel(null, null)],
    ['while it ran', stopped, cancel('running', 14)],
    ['while it ran, and which succeeded all the same', a, cancel('running', 15)],
  ])('is in order: %s', (_how, story, more) => {
    for (const rule of ['cancels', 'outcomes', 'claims', 'events', 'attempts', 'told', 'failures'] as const) {
      expect([rule, saidBy(rule, history([story], more))]).toEqual([rule, '']);
    }
  });

  it.each<[string, JobStory, Partial<History>, string]>([
    ['that begins afterwards', a, cancel('cancelled', 5), 'a began in P after it was cancelled'],
    ['that is over otherwise', a, cancel('cancelled', 50), 'a was cancelled, and is over as succeeded'],
    ['that is claimed and run again', a, cancel('running', 2), 'a began in P under a claim that was made after it was'],
    ['that nobody cancelled', waited, {}, 'a is over as cancelled, and nobody cancelled it'],
    [
      'whose run is not told',
      change(a, { runs: a.runs.map((run) => ({ ...run, endedAt: 9_000 })) }),
      cancel('running', 15),
      'a went on in P for 6000 ms without being told',
    ],
  ])('is found: one %s', (_how, story, more, text) => {
    expect(saidBy('cancels', history([story], more))).toContain(text);
  });

  it('is found where its run had succeeded, or was told by nobody’s wish', () => {
    expect(saidBy('outcomes', history([asCancelled(a)], cancel('running', 15)))).toContain(
      'a is over as cancelled; its run',
    );
    expect(saidBy('claims', history([stopped]))).toContain('the signal of a was aborted in P');
  });

  it('is in order where it was asked for once more when it was over', () => {
    const { cancels = [] } = cancel('running', 14);
    const again = cancels.map((one) => ({ ...one, calledAt: 50_000, toldAt: 50_001, became: 'over' as const }));
    expect(saidBy('cancels', history([stopped], { cancels: [...cancels, ...again] }))).toBe('');
    expect(saidBy('cancels', history([stopped], { cancels: again }))).toContain('nobody cancelled it');
  });

  it.each([
    ['that failure', [{ attempt: 1, died: false }]],
    ['none, where its process knew of it', []],
  ])('keeps of a run that had taken all its time %s', (_what, failures) => {
    const late = change(stopped, {
      enqueue: { ...stopped.enqueue, maxRunSecs: 0.001 },
      runs: stopped.runs.map((run) => ({ ...run, abortedBy: 'JobTimeoutError: it took too long' })),
      finals: stopped.finals.map((final) => ({ ...final, failures })),
    });
    expect(saidBy('failures', history([late], cancel('running', 14)))).toBe('');
  });

  it('may have its run left behind once the grace is over, if it has no group', () => {
    const hanging = (group: string | null, toldAt: number): History => {
      const story = job('h', [{ from: 10, to: 9_000 }], { group });
      const [claim] = story.claims;
      const [run] = story.runs;
      if (claim === undefined || run === undefined) throw new Error('there is no run');
      const abortedBy = 'JobCancelledError: it was cancelled';
      const left = change(story, {
        claims: [{ ...claim, endedAt: 1_200 }],
        runs: [{ ...run, abortedAt: toldAt, abortedBy }],
      });
      return history([asCancelled(left)], cancel('running', 20, 'h'));
    };
    expect(saidBy('claims', hanging(null, 30))).toBe('');
    expect(saidBy('claims', hanging(null, 1_000))).toContain('the claim of h by P was ended while P ran it');
    expect(saidBy('claims', hanging('g', 30))).toContain('the claim of h by P was ended while P ran it');
  });
});
