import type { QueueRecord } from '@bearmq/core';
import type { Finding } from '@bearmq/doctor';
import type { Family } from './exposition.ts';

export function queueFamilies(queue: QueueRecord): readonly Family[] {
  const { processes, groups, schedules, pauses, tables, sampledAt, schemaVersion } = queue;
  return [
    {
      name: 'bearmq_jobs_sampled_timestamp_seconds',
      type: 'gauge',
      help: 'When an orchestrator last counted the jobs that wait.',
      samples: sampledAt === null ? [] : [{ labels: {}, value: sampledAt.getTime() / 1000 }],
    },
    {
      name: 'bearmq_processes',
      type: 'gauge',
      help: 'Processes that run Workers: alive, or with a lease that is over.',
      samples: (['alive', 'overdue'] as const).map((state) => ({ labels: { state }, value: processes[state] })),
    },
    {
      name: 'bearmq_groups_busy',
      type: 'gauge',
      help: 'Job groups of which a job runs.',
      samples: [{ labels: {}, value: groups.busy }],
    },
    {
      name: 'bearmq_group_longest_held_seconds',
      type: 'gauge',
      help: 'For how long the job has run that holds its group the longest; 0 where none does.',
      samples: [{ labels: {}, value: groups.longestHeldSecs ?? 0 }],
    },
    {
      name: 'bearmq_schedule_late_seconds',
      type: 'gauge',
      help: 'For how long the next tick has been due; 0 where it is not due yet.',
      samples: schedules.map(({ jobName, key, lateSecs }) => ({ labels: { job: jobName, key }, value: lateSecs })),
    },
    {
      name: 'bearmq_paused_timestamp_seconds',
      type: 'gauge',
      help: 'Since when something is paused.',
      samples: pauses.map(({ kind, name, since }) => ({ labels: { kind, name }, value: since.getTime() / 1000 })),
    },
    {
      name: 'bearmq_dead_rows',
      type: 'gauge',
      help: 'About how many rows no vacuum has removed yet.',
      samples: tables.map(({ name, deadRows }) => ({ labels: { table: name }, value: deadRows })),
    },
    {
      name: 'bearmq_schema_version',
      type: 'gauge',
      help: 'What the schema has been migrated to.',
      samples: [{ labels: {}, value: schemaVersion }],
    },
  ];
}

/** What is not in order, as `diagnose` tells it. Both severities are always there, so that an alert can rest on them. */
export function findingFamilies(findings: readonly Finding[]): readonly Family[] {
  const kinds = [...new Set(findings.map(({ kind, severity }) => `${severity} ${kind}`))];
  return [
    {
      name: 'bearmq_findings',
      type: 'gauge',
      help: 'Things that are not in order.',
      samples: (['error', 'warning'] as const).map((severity) => ({
        labels: { severity },
        value: findings.filter((one) => one.severity === severity).length,
      })),
    },
    {
      name: 'bearmq_finding',
      type: 'gauge',
      help: 'Things of a kind that are not in order; bearmq doctor tells the remedy.',
      samples: kinds.map((one) => {
        const [severity = '', kind = ''] = one.split(' ');
        return {
          labels: { severity, kind },
          value: findings.filter((found) => found.kind === kind && found.severity === severity).length,
        };
      }),
    },
  ];
}
