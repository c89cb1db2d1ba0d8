import type { ContextSettings } from 'bearmq';

export type ActorRole = 'worker' | 'producer' | 'orchestrator';

/** All that a process is told when it starts. */
export interface ActorConfig {
  readonly name: string;
  readonly role: ActorRole;
  readonly url: string;
  /** The file of its ledger. */
  readonly ledger: string;
  /** What is not at its default. */
  readonly settings: ContextSettings;
  /** Of a worker. */
  readonly channels: readonly string[];
  /** Of a worker. */
  readonly concurrency: number;
  /** Of a producer: how many jobs it enqueues in a second. */
  readonly ratePerSec: number;
  /** Of a producer: only jobs that run at once, or delayed, grouped and failing ones among them. */
  readonly mix: 'plain' | 'mixed';
}

/** What is enqueued. */
export type FigurePayload = {
  /** When `enqueue` was called, by the monotonic clock; null where the wait says nothing, as that of a delayed job. */
  readonly sentAt: number | null;
  /** In the first attempt: nothing, never to return, to block the event loop, or to fail. */
  readonly does: 'nothing' | 'stay' | 'block' | 'fail';
  readonly ms: number;
};

/** What the run tells a process while it goes on. */
export type ActorOrder =
  /** Finish in order, and end. */
  | { readonly to: 'stop' }
  /** Work on this channel too. */
  | { readonly to: 'take'; readonly channel: string }
  | { readonly to: 'weigh' };

/** What a process tells the run. */
export type ActorWord =
  | { readonly says: 'ready' }
  | { readonly says: 'began'; readonly jobId: string; readonly attempt: number }
  | { readonly says: 'weight'; readonly rssBytes: number };

/** What a process writes down. */
export type ActorTelling = {
  readonly kind: 'run';
  readonly jobId: string;
  readonly attempt: number;
  /** From the call of `enqueue` to the begin of the first run. */
  readonly waitMs: number | null;
};

export type ActorFact = ActorTelling & {
  readonly by: string;
  /** By the machine's monotonic clock, in milliseconds. */
  readonly at: number;
};
