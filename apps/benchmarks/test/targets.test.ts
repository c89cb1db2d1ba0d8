import { describe, expect, test } from '@jest/globals';
import type { Figure, Measurement } from '../src/figure.ts';
import { QUICK } from '../src/profile.ts';
import { collect } from '../src/results.ts';
import { isReached, type Target, targets, targetTable } from '../src/targets.ts';

const profile = { ...QUICK, backlogs: [10_000, 100_000, 1_000_000] };

function measured(
  scenario: string,
  contestant: string,
  value: number,
  what: string = 'drained',
  round: number = 1,
): Measurement {
  const figure: Figure = { what, value, unit: 'jobs/s' };
  return { round, scenario, contestant, figures: [figure] };
}

function find(measurements: readonly Measurement[], work: string, of: string): Target {
  const found = targets(collect(measurements), profile).find((one) => one.work === work && one.of === of);
  if (found === undefined) throw new Error(`no target for ${work}, ${of}`);
  return found;
}

describe('targets', () => {
  test('are measured at the backlog of 100,000 in a run with others', () => {
    const run = [
      measured('backlog-10000', 'bearmq', 1),
      measured('backlog-100000', 'bearmq', 30_000),
      measured('backlog-100000', 'graphile-worker', 20_000),
      measured('backlog-1000000', 'bearmq', 2),
    ];
    const target = find(run, 'drain, history kept', '× graphile-worker');
    expect(target.measured).toBe(1.5);
    expect(isReached(target)).toBe(true);
    expect(find(run, 'largest backlog', '× the smallest').measured).toBe(2);
  });

  test('against several peers are against the best of them, where more is better', () => {
    const run = [
      measured('enqueue-50', 'bearmq', 30_000, 'enqueued'),
      measured('enqueue-50', 'pg-boss', 1_000, 'enqueued'),
      measured('enqueue-50', 'graphile-worker', 3_000, 'enqueued'),
      measured('enqueue-50', 'bullmq-redis', 90_000, 'enqueued'),
    ];
    const target = find(run, 'enqueue, 50 in flight', '× the best PostgreSQL peer');
    expect(target.measured).toBe(10);
    expect(isReached(target)).toBe(false);
  });

  test('against several peers are against the best of them, where less is better', () => {
    const run = [
      measured('idle-latency', 'bearmq', 3, 'p50'),
      measured('idle-latency', 'pg-boss', 6, 'p50'),
      measured('idle-latency', 'graphile-worker', 4, 'p50'),
    ];
    const target = find(run, 'idle latency, p50', '× the best PostgreSQL peer');
    expect(target.measured).toBe(0.75);
    expect(isReached(target)).toBe(true);
  });

  test('are not measured where a figure is missing or invalid, and never reached then', () => {
    const invalid = { ...measured('backlog-100000', 'bearmq', 90_000), complaint: '1 jobs ran too often' };
    const target = find([invalid, measured('backlog-100000', 'pg-boss', 1)], 'drain, history kept', '× pg-boss');
    expect(target.measured).toBeNaN();
    expect(isReached(target)).toBe(false);
    expect(targetTable([target])).toContain('| – | – | not measured |');
  });

  test('are shown as reached or not, with how near it came', () => {
    const target: Target = { work: 'memory', aim: 'at most', limit: 250, of: 'MB', measured: 100 };
    expect(
      targetTable([target, { ...target, measured: 500 }])
        .split('\n')
        .slice(2),
    ).toEqual([
      '| memory | at most 250 MB | 100 | 0.40 | reached |',
      '| memory | at most 250 MB | 500 | 2.00 | **not reached** |',
    ]);
  });
});
