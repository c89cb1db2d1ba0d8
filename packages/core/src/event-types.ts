import type { BearEventType } from './events.ts';

/** Every type of event that there is, for the check of who asks for one. */
const TYPES: Readonly<Record<BearEventType, true>> = {
  JOB_DEFINITION_JOB_ENQUEUE: true,
  JOB_DEFINITION_JOB_SKIP: true,
  JOB_DEFINITION_JOB_REPLACE: true,
  WORKER_JOB_DEQUEUE: true,
  WORKER_JOB_EXPIRE: true,
  WORKER_JOB_RUN: true,
  WORKER_JOB_RUN_ERROR: true,
  WORKER_JOB_RUN_SUCCESS: true,
  WORKER_JOB_SNOOZE: true,
  WORKER_JOB_CANCEL: true,
  CONTEXT_JOB_CANCEL: true,
  CONTEXT_JOB_RETRY: true,
  CONTEXT_JOB_DELETE: true,
  WORKER_JOB_RELEASE: true,
  WORKER_JOB_LOSE: true,
  WORKER_JOB_TIMEOUT: true,
  WORKER_JOB_OVERRUN: true,
  WORKER_JOB_LATE_END: true,
  WORKER_JOB_LATE_ERROR: true,
  WORKER_JOB_SETTLE_ERROR: true,
  ORCHESTRATOR_JOB_RESCUE: true,
  WORKER_JOB_RESCUE: true,
  ORCHESTRATOR_JOB_GROUP_UNLOCK: true,
  WORKER_JOB_GROUP_UNLOCK: true,
  ORCHESTRATOR_JOB_SCHEDULE: true,
  ORCHESTRATOR_SCHEDULE_SKIP: true,
  ORCHESTRATOR_JOB_DELETE: true,
  ORCHESTRATOR_JOB_GROUP_DELETE: true,
  DAEMON_ERROR: true,
  WARNING: true,
  EVENT_HANDLER_ERROR: true,
};

export const EVENT_TYPES: readonly string[] = Object.keys(TYPES);
