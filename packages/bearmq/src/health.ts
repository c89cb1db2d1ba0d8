import type { QueueRecord } from '@bearmq/core';
import type { DiagnoseOptions, Health } from '@bearmq/doctor';

/** The options of `context.health`: those of `diagnose`, but for where. */
export type HealthOptions = Omit<DiagnoseOptions, 'driver' | 'schema'>;

/** Whether a queue works, and what is not in order. Its `queue` has processes, groups, what repeats and what is paused. */
export type HealthReport = Health<QueueRecord>;
