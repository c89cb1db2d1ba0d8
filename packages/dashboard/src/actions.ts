/** Each thing that can be done by the dashboard. */
export const ACTIONS = [
  'job.retry',
  'job.run-now',
  'job.cancel',
  'job.delete',
  'job.priority',
  'job.enqueue',
  'pause',
  'resume',
  'schedule.pause',
  'schedule.resume',
  'schedule.trigger',
  'schedule.remove',
] as const;

export type Action = (typeof ACTIONS)[number];

/** What a bulk does to each of the jobs of a filter. */
export type BulkAction = 'job.retry' | 'job.run-now' | 'job.cancel' | 'job.delete' | 'job.priority';

/**
 * Whether payloads leave the server. `show`: with a job's page; `on-demand`: when they are asked for, one by one; `never`.
 * They are in no list.
 */
export type PayloadMode = 'show' | 'on-demand' | 'never';
