import { describe, expect, it } from '@jest/globals';
import { expectTypeOf } from 'expect-type';
import type { BearEvent, Context } from '../../src/index.ts';

// What follows is checked by the compiler alone: no line of it is run.
declare const context: Context;

type ContractEvents =
  | 'JOB_DEFINITION_JOB_ENQUEUE'
  | 'WORKER_JOB_DEQUEUE'
  | 'WORKER_JOB_EXPIRE'
  | 'WORKER_JOB_RUN'
  | 'WORKER_JOB_RUN_ERROR'
  | 'WORKER_JOB_RUN_SUCCESS'
  | 'ORCHESTRATOR_JOB_SCHEDULE'
  | 'ORCHESTRATOR_JOB_DELETE'
  | 'ORCHESTRATOR_JOB_GROUP_DELETE';

export function events(): void {
  expectTypeOf<ContractEvents>().toMatchTypeOf<BearEvent['eventType']>();
  const remove = context.addEventHandler((event) => {
    expectTypeOf(event).toEqualTypeOf<BearEvent>();
    switch (event.eventType) {
      case 'JOB_DEFINITION_JOB_ENQUEUE':
      case 'ORCHESTRATOR_JOB_SCHEDULE':
      case 'ORCHESTRATOR_JOB_DELETE':
        expectTypeOf(event.jobId).toBeString();
        expectTypeOf(event.jobName).toBeString();
        // @ts-expect-error no worker has a part in it
        event.workerId;
        break;
      case 'JOB_DEFINITION_JOB_SKIP':
      case 'JOB_DEFINITION_JOB_REPLACE':
        expectTypeOf(event.key).toBeString();
        break;
      case 'WORKER_JOB_DEQUEUE':
      case 'WORKER_JOB_EXPIRE':
        expectTypeOf(event.workerId).toBeString();
        expectTypeOf(event.processId).toBeString();
        expectTypeOf(event.jobGroup).toBeString();
        break;
      case 'WORKER_JOB_TIMEOUT':
        expectTypeOf(event.maxRunSecs).toBeNumber();
        break;
      case 'WORKER_JOB_RUN':
        expectTypeOf(event.attempt).toBeNumber();
        // @ts-expect-error it is not over yet
        event.durationMs;
        break;
      case 'WORKER_JOB_RUN_ERROR':
        expectTypeOf(event.error).toBeUnknown();
        expectTypeOf(event.durationMs).toBeNumber();
        break;
      case 'WORKER_JOB_RUN_SUCCESS':
        expectTypeOf(event.durationMs).toBeNumber();
        // @ts-expect-error it had none
        event.error;
        break;
      case 'ORCHESTRATOR_JOB_GROUP_DELETE':
        expectTypeOf(event.jobGroup).toBeString();
        // @ts-expect-error it is of no job
        event.jobId;
        break;
      case 'DAEMON_ERROR':
        expectTypeOf(event.failures).toBeNumber();
        break;
      case 'WORKER_JOB_RELEASE':
      case 'WORKER_JOB_SNOOZE':
      case 'WORKER_JOB_LATE_END':
      case 'WORKER_JOB_OVERRUN':
      case 'WORKER_JOB_LOSE':
        expectTypeOf(event.workerId).toBeString();
        break;
      case 'WORKER_JOB_LATE_ERROR':
      case 'WORKER_JOB_SETTLE_ERROR':
        expectTypeOf(event.error).toBeUnknown();
        break;
      case 'CONTEXT_JOB_CANCEL':
        expectTypeOf(event.isRunning).toBeBoolean();
        break;
      case 'WORKER_JOB_CANCEL':
        expectTypeOf(event.reason).toEqualTypeOf<string | null>();
        break;
      case 'CONTEXT_JOB_RETRY':
      case 'CONTEXT_JOB_DELETE':
      case 'ORCHESTRATOR_JOB_RESCUE':
      case 'WORKER_JOB_RESCUE':
        expectTypeOf(event.jobName).toBeString();
        break;
      case 'ORCHESTRATOR_JOB_GROUP_UNLOCK':
      case 'WORKER_JOB_GROUP_UNLOCK':
        expectTypeOf(event.jobGroup).toBeString();
        break;
      case 'ORCHESTRATOR_SCHEDULE_SKIP':
        expectTypeOf(event.dueAt).toEqualTypeOf<Date>();
        expectTypeOf(event.reason).toEqualTypeOf<'overlap' | 'late'>();
        // @ts-expect-error there is no job
        event.jobId;
        break;
      case 'WARNING':
        expectTypeOf(event.message).toBeString();
        break;
      case 'EVENT_HANDLER_ERROR':
        expectTypeOf(event.handledEventType).toBeString();
        break;
      // @ts-expect-error no such event
      case 'WORKER_JOB_RUN_FINISHED':
        break;
    }
  });
  expectTypeOf(remove).toEqualTypeOf<() => void>();
  context.addEventHandler(async () => {});
  const removeOne = context.on('WORKER_JOB_EXPIRE', (event) => {
    expectTypeOf(event.eventType).toEqualTypeOf<'WORKER_JOB_EXPIRE'>();
    expectTypeOf(event.error).toBeUnknown();
    expectTypeOf(event.failureJobId).toEqualTypeOf<string | null>();
    expectTypeOf(event.numAttempts).toBeNumber();
  });
  expectTypeOf(removeOne).toEqualTypeOf<() => void>();
  context.on('WORKER_JOB_RESCUE', ({ eventType, jobId }) => {
    expectTypeOf(eventType).toEqualTypeOf<'WORKER_JOB_RESCUE'>();
    expectTypeOf(jobId).toBeString();
  });
  context.on('WARNING', async ({ message }) => message.trim());
  // @ts-expect-error no such event
  context.on('WORKER_JOB_RUN_FINISHED', () => {});
  // @ts-expect-error it is of no job
  context.on('WARNING', ({ jobId }) => jobId);
}

describe('the types of the events', () => {
  it('are checked by the compiler, in this file', () => {
    expect(events).toBeInstanceOf(Function);
  });
});
