import type { LaneRecord, LaneTotals } from '@bearmq/core';
import type { Family, Sample } from './exposition.ts';

type Labels = Sample['labels'];

/** What is counted for good: figures that only grow. */
export function totalFamilies(totals: readonly LaneTotals[]): readonly Family[] {
  const labelsOf = ({ channel, jobName }: LaneTotals): Labels => ({ channel, job: jobName });
  const each = (value: (total: LaneTotals) => number): readonly Sample[] =>
    totals.map((total) => ({ labels: labelsOf(total), value: value(total) }));
  return [
    {
      name: 'bearmq_jobs_started_total',
      type: 'counter',
      help: 'Runs that began.',
      samples: each(({ started }) => started),
    },
    {
      name: 'bearmq_jobs_finished_total',
      type: 'counter',
      help: 'Jobs that are over, by outcome.',
      samples: totals.flatMap((total) =>
        (['succeeded', 'failed', 'cancelled'] as const).map((outcome) => ({
          labels: { ...labelsOf(total), outcome },
          value: total.outcomes[outcome],
        })),
      ),
    },
    {
      name: 'bearmq_jobs_retried_total',
      type: 'counter',
      help: 'Runs that failed and whose job is tried again.',
      samples: each(({ outcomes }) => outcomes.retried),
    },
    {
      name: 'bearmq_jobs_snoozed_total',
      type: 'counter',
      help: 'Runs whose job put itself off.',
      samples: each(({ outcomes }) => outcomes.snoozed),
    },
    {
      name: 'bearmq_jobs_released_total',
      type: 'counter',
      help: 'Claims that were given up, the attempt not spent.',
      samples: each(({ outcomes }) => outcomes.released),
    },
    {
      name: 'bearmq_jobs_lost_total',
      type: 'counter',
      help: 'Claims that were lost: their jobs are run elsewhere.',
      samples: each(({ outcomes }) => outcomes.lost),
    },
    histogram('bearmq_job_wait_seconds', 'How long jobs waited from ready to claimed.', totals, 'wait'),
    histogram('bearmq_job_run_seconds', 'How long runs took.', totals, 'run'),
  ];
}

function histogram(name: string, help: string, totals: readonly LaneTotals[], what: 'wait' | 'run'): Family {
  const samples = totals.flatMap((total): readonly Sample[] => {
    const labels: Labels = { channel: total.channel, job: total.jobName };
    let sum = 0;
    const buckets = total[what].counts.flatMap(({ upToMs, count }, i): readonly Sample[] => {
      sum += count;
      // Every other range is enough, and halves what is scraped; the last one is all.
      const isTold = i % 2 === 0 || upToMs === Infinity;
      return isTold ? [{ suffix: '_bucket', labels: { ...labels, le: limitOf(upToMs) }, value: sum }] : [];
    });
    return [
      ...buckets,
      { suffix: '_sum', labels, value: total[what].sumMs / 1000 },
      { suffix: '_count', labels, value: sum },
    ];
  });
  return { name, type: 'histogram', help, samples };
}

function limitOf(ms: number): string {
  return ms === Infinity ? '+Inf' : String(ms / 1000);
}

/** What there is now. */
export function laneFamilies(lanes: readonly LaneRecord[]): readonly Family[] {
  const labelsOf = ({ channel, jobName }: LaneRecord): Labels => ({ channel, job: jobName });
  return [
    {
      name: 'bearmq_jobs',
      type: 'gauge',
      help: 'Jobs that are not over, by state; those that wait for their time or their group were counted when bearmq_jobs_sampled_timestamp_seconds says.',
      samples: lanes.flatMap((lane) =>
        (['ready', 'running', 'scheduled', 'blocked'] as const).flatMap((state) => {
          const count = lane[state];
          return count === null ? [] : [{ labels: { ...labelsOf(lane), state }, value: count.value }];
        }),
      ),
    },
    {
      name: 'bearmq_oldest_ready_age_seconds',
      type: 'gauge',
      help: 'For how long the oldest job has been ready that would run next; 0 where none is.',
      samples: lanes.map((lane) => ({
        labels: labelsOf(lane),
        value:
          lane.oldestReadyAt === null
            ? 0
            : Math.max(0, (lane.running.asOf.getTime() - lane.oldestReadyAt.getTime()) / 1000),
      })),
    },
    {
      name: 'bearmq_lane_served',
      type: 'gauge',
      help: 'Whether any process takes the jobs: 1 or 0; 0 while they are paused.',
      samples: lanes.map((lane) => ({ labels: labelsOf(lane), value: lane.served === 'yes' ? 1 : 0 })),
    },
    {
      name: 'bearmq_lane_slots',
      type: 'gauge',
      help: 'How many of the jobs all processes together could run at a time.',
      samples: lanes.map((lane) => ({ labels: labelsOf(lane), value: lane.slots })),
    },
  ];
}
