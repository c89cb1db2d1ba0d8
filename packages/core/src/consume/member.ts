import type { RunScope } from './run/run-scope.ts';
import type { Run, SlotOwner } from './slots.ts';

/** A Worker, as its process sees it. */
export interface Member extends SlotOwner {
  readonly channels: readonly string[] | null;
  readonly concurrency: number;
  /** In which its jobs run. */
  readonly scope: RunScope;
}

/** What its process knows of it. */
export interface MemberState {
  /** Works through a run. */
  readonly work: (run: Run) => Promise<void>;
  running: number;
  isLeaving: boolean;
  onIdle: () => void;
}
