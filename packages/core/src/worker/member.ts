import type { RunScope } from './run-scope.ts';
import type { GroupRun, WorkerSlots } from './slot-pool.ts';

/** A Worker, as its process sees it. */
export interface Member extends WorkerSlots {
  readonly channels: readonly string[] | null;
  readonly concurrency: number;
  /** In which its jobs run. */
  readonly scope: RunScope;
}

/** What its process knows of it. */
export interface MemberState {
  /** Works through a run. */
  readonly work: (run: GroupRun) => Promise<void>;
  running: number;
  isLeaving: boolean;
  onIdle: () => void;
}
