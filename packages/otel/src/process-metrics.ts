import type { BearEvent, JobDraft } from '@bearmq/core';
import type { Attributes, Counter, Histogram, Meter } from '@opentelemetry/api';
import { ATTRIBUTES, errorTypeOf, SYSTEM } from './attributes.ts';
import { isSnooze, type Thrown } from './snooze.ts';

/** The conventions' limits, in seconds, and some for jobs that take long. */
const BOUNDARIES = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 30, 60, 300, 1_800];

/** What this process does, for its meter. Figures of the whole queue are Prometheus's: they survive processes. */
export class ProcessMetrics {
  readonly #sendDuration: Histogram;
  readonly #sent: Counter;
  readonly #consumed: Counter;
  readonly #processDuration: Histogram;
  readonly #waitDuration: Histogram;
  readonly #outcomes: Counter;
  readonly #daemonErrors: Counter;
  /** Jobs whose run threw, until it is known whether that was the last attempt. */
  readonly #thrown = new Map<string, string>();

  constructor(meter: Meter) {
    const seconds = (name: string, description: string): Histogram =>
      meter.createHistogram(name, { unit: 's', description, advice: { explicitBucketBoundaries: BOUNDARIES } });
    this.#sendDuration = seconds('messaging.client.operation.duration', 'How long calls took that enqueue.');
    this.#sent = meter.createCounter('messaging.client.sent.messages', {
      unit: '{message}',
      description: 'Jobs enqueued.',
    });
    this.#consumed = meter.createCounter('messaging.client.consumed.messages', {
      unit: '{message}',
      description: 'Runs that began.',
    });
    this.#processDuration = seconds('messaging.process.duration', 'How long runs took.');
    this.#waitDuration = seconds('bearmq.job.wait.duration', 'How long jobs waited from ready to claimed.');
    this.#outcomes = meter.createCounter('bearmq.job.outcomes', {
      unit: '{job}',
      description: 'How claims of jobs ended.',
    });
    this.#daemonErrors = meter.createCounter('bearmq.daemon.errors', {
      unit: '{error}',
      description: 'Failures of background tasks.',
    });
  }

  sent(jobs: readonly JobDraft[], attributes: Attributes, secs: number, error: Thrown | undefined): void {
    const described = { ...laneOf(attributes), [ATTRIBUTES.operationName]: 'send', ...errorOf(error) };
    this.#sendDuration.record(secs, described);
    this.#sent.add(jobs.length, { ...laneOf(attributes), ...errorOf(error) });
  }

  processed(attributes: Attributes, secs: number, error: Thrown | undefined): void {
    const failed = error !== undefined && isSnooze(error.thrown) ? undefined : error;
    this.#consumed.add(1, laneOf(attributes));
    this.#processDuration.record(secs, { ...laneOf(attributes), ...errorOf(failed) });
  }

  /** Whether a run that threw was the last is told by the event that follows at once, or does not. */
  note(event: BearEvent): void {
    switch (event.eventType) {
      case 'WORKER_JOB_RUN':
        this.#waitDuration.record(event.waitedMs / 1000, {
          [ATTRIBUTES.system]: SYSTEM,
          [ATTRIBUTES.destination]: event.channel,
          [ATTRIBUTES.jobName]: event.jobName,
        });
        break;
      case 'WORKER_JOB_RUN_SUCCESS':
        this.#count(event.jobName, 'succeeded');
        break;
      case 'WORKER_JOB_RUN_ERROR':
        this.#thrown.set(event.jobId, event.jobName);
        queueMicrotask(() => {
          if (this.#thrown.delete(event.jobId)) this.#count(event.jobName, 'retried');
        });
        break;
      case 'WORKER_JOB_EXPIRE':
        this.#thrown.delete(event.jobId);
        this.#count(event.jobName, 'failed');
        break;
      case 'WORKER_JOB_CANCEL':
        this.#count(event.jobName, 'cancelled');
        break;
      case 'WORKER_JOB_SNOOZE':
        this.#count(event.jobName, 'snoozed');
        break;
      case 'WORKER_JOB_RELEASE':
        this.#count(event.jobName, 'released');
        break;
      case 'WORKER_JOB_LOSE':
        this.#count(event.jobName, 'lost');
        break;
      case 'DAEMON_ERROR':
        this.#daemonErrors.add(1, { [ATTRIBUTES.daemon]: event.daemon });
        break;
      default:
    }
  }

  #count(jobName: string, outcome: string): void {
    this.#outcomes.add(1, { [ATTRIBUTES.jobName]: jobName, [ATTRIBUTES.outcome]: outcome });
  }
}

function laneOf(attributes: Attributes): Attributes {
  const { system, destination, jobName } = ATTRIBUTES;
  return Object.fromEntries(
    [system, destination, jobName].flatMap((name) =>
      attributes[name] === undefined ? [] : [[name, attributes[name]]],
    ),
  ) as Attributes;
}

function errorOf(error: Thrown | undefined): Attributes {
  return error === undefined ? {} : { [ATTRIBUTES.errorType]: errorTypeOf(error.thrown) };
}
