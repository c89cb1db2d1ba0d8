import type { Run } from '../../src/checker/history.ts';
import { a, change } from './stories.ts';
import { event, type JobStory, job } from './story.ts';

export const LOSSES = [{ from: 900, to: 1_100 }];

/** `k` was claimed and begun by P at 1,000, which was lost, and then by Q, which ran it from 3,000 to 3,100. */
export const again = job('k', [{ from: 3_000, to: 3_100, process: 'Q' }], { group: 'g', at: 500 });
export const ghost: Run = {
  run: 'ghost',
  jobId: 'k',
  key: 'key k',
  attempt: 1,
  group: 'g',
  process: 'P',
  startedAt: 1_000,
  endedAt: 3_050,
  outcome: 'succeeded',
  abortedAt: null,
};
export const told = event('WORKER_JOB_RUN', 999, { jobId: 'k', attempt: 1 });
export const haunted = change(again, {
  runs: [ghost, ...again.runs],
  events: [...again.events, told, event('WORKER_JOB_LOSE', 3_060, { jobId: 'k' })],
});
export const gone = change(a, {
  enqueue: { ...a.enqueue, calledAt: 995, committedAt: 1_000 },
  inserted: [],
  claims: [],
  runs: [],
  finals: [],
  events: [],
});

/** `k` failed in its first attempt, and succeeded in the second. */
export const retried = retry(1_060);
/** The failure was recorded under a claim that P made anew, since that of the run was lost. */
export const retriedAnew = change(retry(3_060), {
  claims: retry(3_060).claims.map((claim) => (claim.attempt === 1 ? { ...claim, at: 3_052, endedAt: 3_055 } : claim)),
  events: retry(3_060).events.map((one) => (one.type === 'WORKER_JOB_RUN_ERROR' ? { ...one, at: 3_056 } : one)),
});

function retry(from: number): JobStory {
  const tries = [
    { from: 1_000, to: 1_010, how: 'failed' as const },
    { from, to: from + 10 },
  ];
  return job('k', tries, { task: { does: 'work', ms: 0, fails: 1 } });
}

/** `k` was claimed before commits were lost, released after that, and claimed and run by the same process. */
export const releasedLate: JobStory = (() => {
  const [released] = job('k', [{ from: 850, to: 2_900, how: 'unspent' }]).claims;
  const story = job('k', [{ from: 2_910, to: 2_920 }], { at: 500 });
  const [again] = story.claims;
  if (released === undefined || again === undefined) throw new Error('there are no claims');
  return change(story, {
    claims: [
      { ...released, end: 'returned', isLeaseOver: false },
      { ...again, fence: 2, at: 2_903 },
    ],
    events: [...story.events, event('WORKER_JOB_RELEASE', 2_906, { jobId: 'k' })],
  });
})();

/** `k` and, behind it in its group, `y` were claimed and begun by P, which was lost: `k` is run by Q, and then `y` goes on. */
export const goneOn: readonly JobStory[] = (() => {
  const older = job('k', [{ from: 3_000, to: 3_010, process: 'Q' }], { group: 'g', at: 500 });
  const younger = job('y', [{ from: 1_000, to: 3_100 }], { group: 'g', at: 600 });
  return [older, change(younger, { claims: younger.claims.map((claim) => ({ ...claim, at: 3_020 })) })];
})();

/** `k` was run, recorded and told of, all of which was lost but the word; run again, its process was killed before it told. */
export const toldInVain: JobStory = (() => {
  const told = job('k', [{ from: 1_000, to: 1_010, process: 'dead' }], { at: 500 });
  const again = job('k', [{ from: 3_000, to: 3_010, process: 'dead' }], { at: 500 });
  return change(again, {
    runs: [...told.runs.map((run) => ({ ...run, run: 'lost' })), ...again.runs],
    events: [...told.events, ...again.events.filter(({ type }) => type === 'WORKER_JOB_RUN')],
  });
})();

/** `k` was claimed by P, which was lost, released by it afterwards, and run by Q. */
export const releasedInVain: JobStory = (() => {
  const story = job('k', [{ from: 3_000, to: 3_010, process: 'Q' }], { at: 500 });
  return change(story, { events: [...story.events, event('WORKER_JOB_RELEASE', 2_600, { jobId: 'k' })] });
})();

/** As `haunted`, but P began `k` only when it had its turn, while the server was still away. */
export const hauntedLate: JobStory = change(haunted, {
  runs: haunted.runs.map((run) => (run === ghost ? { ...run, startedAt: 2_500 } : run)),
  events: haunted.events.map((one) => (one === told ? { ...one, at: 2_499 } : one)),
});

/** `k` was deleted by hand while P ran it, which was lost after P had learned of it: it was taken back, and run by Q. */
export const deletedInVain: JobStory = (() => {
  const taken = job('k', [{ from: 850, to: 2_000, how: 'unspent' }], { at: 500 });
  const story = job('k', [{ from: 3_000, to: 3_010, process: 'Q' }], { at: 500 });
  return change(story, {
    claims: [
      ...taken.claims.map((claim) => ({ ...claim, fence: 0, isLeaseOver: false })),
      ...story.claims.map((claim) => ({ ...claim, fence: 2 })),
    ],
    runs: [
      ...taken.runs.map((run) => ({ ...run, run: 'held', endedAt: 940, outcome: 'failed' as const })),
      ...story.runs,
    ],
    events: [...taken.events, ...story.events.slice(1), event('WORKER_JOB_LOSE', 950, { jobId: 'k' })],
  });
})();
