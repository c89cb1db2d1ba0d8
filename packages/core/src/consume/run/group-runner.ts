import { isStartRecorded, released } from '../../model/outcome.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { JobMeter } from '../job-meter.ts';
import type { LeaseKeeper } from '../lease-keeper.ts';
import type { Settler } from '../settle/settler.ts';
import type { Slot } from '../slots.ts';
import type { Executor, RunBy, Thrown } from './executor.ts';

export interface GroupRunnerOptions {
  readonly keeper: Pick<LeaseKeeper, 'lease' | 'isInDoubtAt' | 'certain' | 'serverSince'>;
  readonly settler: Pick<Settler, 'record' | 'recordStart'>;
  readonly executor: Executor;
  readonly clock: Clock;
  /** How long after its claim a further job of a run is started, in milliseconds. */
  readonly runMs: number;
}

/** A Worker whose runs are worked through. */
export interface RunningWorker extends RunBy {
  /** Whether it starts nothing at all any more, not even what has a slot. */
  readonly isAborting: boolean;
  readonly pool: { readonly meter: JobMeter };
  /** The run of a slot is over. */
  ended(slot: Slot, now: number): void;
}

/** Works off what a slot was given: one job, or several of one group, in their order. */
export class GroupRunner {
  readonly #options: GroupRunnerOptions;

  constructor(options: GroupRunnerOptions) {
    this.#options = options;
  }

  /**
   * What works through the runs of a Worker: a function whose name tells, in the stack of a job, which Worker runs it. It
   * never rejects. What is not started any more is released; what the process does not hold any more is let go.
   */
  workOf(worker: RunningWorker): (slot: Slot) => void {
    const { keeper, settler, executor, clock, runMs } = this.#options;
    const { mark } = worker.scope;
    const { meter } = worker.pool;
    const named = {
      [mark]: async (slot: Slot): Promise<void> => {
        const { run } = slot;
        let isBrokenOff = false;
        let now = 0;
        for (let holding = run.next(); holding !== undefined; holding = run.next()) {
          const { job } = holding;
          if (
            holding.cancelled === undefined &&
            isStartRecorded(job) &&
            !(await settler.recordStart(holding, worker.id))
          )
            continue;
          // A process that was frozen past its lease goes on where it was: it must not start what may run elsewhere by
          // now. Asked again after each wait, with nothing between the answer and the start: what went on before us may
          // have blocked the event loop for longer than a lease.
          now = clock.now();
          while (keeper.lease !== null && !holding.isLost && keeper.isInDoubtAt(now)) {
            await keeper.certain();
            now = clock.now();
          }
          if (holding.isLost) continue;
          // The server that gave it may have come back without that commit, and the job be somebody else's.
          const isOfOtherServer = run.claimedAt < keeper.serverSince;
          const isLate =
            worker.isAborting || (!run.isAtFirst && (isBrokenOff || worker.isLeaving || now > run.claimedAt + runMs));
          if (isOfOtherServer || isLate) {
            settler.record({ holding, outcome: released(job), workerId: worker.id, durationMs: 0 });
            continue;
          }
          const definition = executor.open(holding, worker.id);
          if (definition === null) continue;
          let thrown: Thrown | null = null;
          let returned: unknown;
          try {
            const result = await executor.call(definition, holding, worker, now);
            if (definition.keepsResult === true) returned = result;
            const { saidEnding } = holding;
            if (saidEnding !== undefined) await saidEnding.ready(); // a wait for nothing costs each job a turn
          } catch (error) {
            thrown = { error };
          }
          now = clock.now();
          meter.measure(now - holding.startedAt, job.payloadText.length);
          // It is the oldest of its group that waits, so the others are after it.
          if (executor.close(holding, worker.id, thrown, now, returned)) isBrokenOff = true;
        }
        worker.ended(slot, now);
      },
    };
    return named[mark] as (slot: Slot) => void;
  }
}
