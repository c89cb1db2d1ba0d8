import { describe, expect, it } from '@jest/globals';
import { claimedJob } from '../../../test/support/claimed-job.ts';
import { Holding } from '../holding.ts';
import { StartMarks } from './start-marks.ts';

function started(startedAt: number, processId = 'l'): Holding {
  const holding = new Holding(claimedJob({ processId }));
  holding.phase = 'running';
  holding.startedAt = startedAt;
  return holding;
}

/** Marks of jobs that have started. */
function marksOf(...holdings: readonly Holding[]): StartMarks {
  const marks = new StartMarks();
  for (const holding of holdings) marks.note(holding);
  return marks;
}

const taken = (marks: StartMarks, now: number, processId = 'l') =>
  marks.takeDue(processId, now).map(({ holding }) => holding);

describe('a job that was claimed ahead and has started', () => {
  it('is to be recorded once it has run for 20 ms, and once only', () => {
    const [first, second] = [started(0), started(5)];
    const marks = marksOf(first, second);
    expect(marks.untilDue(0)).toBe(20);
    expect(taken(marks, 19)).toEqual([]);
    expect(taken(marks, 20)).toEqual([first]);
    expect(marks.untilDue(20)).toBe(5);
    expect(taken(marks, 30)).toEqual([second]);
    expect(marks.untilDue(30)).toBe(Infinity);
  });

  it('is not to be recorded when it is over, or its claim is lost', () => {
    const [over, lost, runs] = [started(0), started(0), started(1)];
    const marks = marksOf(over, lost, runs);
    over.phase = 'settling';
    lost.lose();
    expect(marks.untilDue(0)).toBe(21);
    expect(taken(marks, 50)).toEqual([runs]);
  });

  it('needs a timer when no other has started', () => {
    const marks = new StartMarks();
    const first = started(0);
    expect([marks.note(first), marks.note(started(0))]).toEqual([true, false]);
    taken(marks, 20);
    expect(marks.note(started(30))).toBe(true);
  });

  it('waits for a statement of its own lease', () => {
    const [earlier, later] = [started(0, 'l'), started(0, 'm')];
    const marks = marksOf(earlier, later);
    expect(marks.processId).toBe('l');
    expect(taken(marks, 50, 'm')).toEqual([]);
    expect(taken(marks, 50, 'l')).toEqual([earlier]);
    expect(marks.processId).toBe('m');
    expect(taken(marks, 50, 'm')).toEqual([later]);
    expect(marks.processId).toBeUndefined();
  });

  it('is recorded once more when that failed, from when on it is said to, unless it is over', () => {
    const [runs, over] = [started(0), started(0)];
    const marks = new StartMarks();
    for (const holding of [runs, over]) marks.add({ holding, dueAt: 100, onRecorded: undefined });
    over.phase = 'settling';
    expect(taken(marks, 99)).toEqual([]);
    expect(taken(marks, 100)).toEqual([runs]);
  });
});

describe('a start that somebody waits for', () => {
  it('is to be recorded at once, before it runs', () => {
    const marks = new StartMarks();
    const holding = new Holding(claimedJob({ processId: 'l' }));
    marks.add({ holding, dueAt: -Infinity, onRecorded: () => {} });
    expect(marks.untilDue(0)).toBe(1);
    expect(marks.others).toHaveLength(1);
    expect(taken(marks, 0)).toEqual([holding]);
    expect(marks.others).toEqual([]);
  });
});
