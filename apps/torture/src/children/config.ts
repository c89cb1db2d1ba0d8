import type { Reach, Task } from '../ledger/facts.ts';

export type Role = 'worker' | 'producer' | 'orchestrator' | 'operator';

/** What makes one process different from others of its role. */
export interface Traits {
  readonly client: 'pg' | 'postgres.js';
  /** How large its pool is. */
  readonly poolMax: number;
  readonly statementTimeoutMs: number | null;
  readonly wakeUp: 'auto' | 'poll';
  /** What it does about promises that reject and that nobody awaits: Node.js's default is to die. */
  readonly strayRejections: 'die' | 'survive';
  /** For how long its very first job blocks the event loop, before it does anything else; 0: not at all. */
  readonly firstBlockMs: number;
  /** How far its time of day is off. */
  readonly clockShiftMs: number;
}

/** All that a process is told when it starts. */
export interface ChildConfig {
  readonly name: string;
  readonly role: Role;
  readonly url: string;
  readonly way: Reach['way'];
  /** The file of its ledger. */
  readonly ledger: string;
  readonly seed: number;
  readonly traits: Traits;
}

/** What the run tells a process while it goes on. */
export type Order =
  /** Finish in order, and end. */
  | { readonly to: 'stop'; readonly waitSecs?: number }
  /** Take all connections of the pool, and keep them. */
  | { readonly to: 'hog'; readonly secs: number }
  /** Enqueue unique jobs in a transaction, and keep that open. */
  | { readonly to: 'hold open'; readonly secs: number }
  /** Enqueue jobs with this task, one (or `count`) without a group, and one in a group if they may be. */
  | { readonly to: 'enqueue'; readonly task: Task; readonly groups: 'allowed' | 'none'; readonly count?: number };

/** What a process tells the run. */
export type Word = { readonly says: 'ready' } | { readonly says: 'hanging' };

/** How the run knows that a process died because it was told to leak a rejection. */
export const LEAK = 'leaked as planned';
