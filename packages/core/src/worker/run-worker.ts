import { handedBack, isStartRecorded } from '../model/outcome.ts';
import { systemClock } from '../runtime/clock.ts';
import type { Services } from '../services/services.ts';
import type { Run } from './channel-choice.ts';
import type { Executor } from './executor.ts';
import type { JobMeter } from './job-meter.ts';
import type { LeaseKeeper } from './lease-keeper.ts';
import type { Member, MemberState } from './member.ts';
import type { Settler } from './settler.ts';

export interface RunWorkerOptions {
  readonly services: Services;
  readonly keeper: LeaseKeeper;
  readonly settler: Settler;
  readonly executor: Executor;
}

/** What is needed of a Worker whose runs are worked through. */
export interface RunsOfMember {
  readonly state: Pick<MemberState, 'running' | 'isLeaving'>;
  readonly meter: JobMeter;
  readonly onOver: (run: Run) => void;
}

/** The share of `jobGroupUnlockSecs` after which no further job of a run is started: the group may open soon. */
const RUN_TIME_SHARE = 0.5;

/** Works off what a slot was given: one job, or several of one group, in their order. */
export class RunWorker {
  readonly #options: RunWorkerOptions;
  /** How often the lease was lost: a run that began before is not ours any more. */
  #losses = 0;

  constructor(options: RunWorkerOptions) {
    this.#options = options;
  }

  /** The lease is gone: of the runs under way, no further job is started. */
  loseAll(): void {
    this.#losses += 1;
  }

  /**
   * What works through the runs of a Worker: a function whose name tells, in the stack of a job, which Worker runs it. It
   * never rejects. What is not started any more is handed back.
   */
  workOf(owner: Member, { state, meter, onOver }: RunsOfMember): MemberState['work'] {
    const { services, keeper, settler, executor } = this.#options;
    const runMs = services.settings.jobGroupUnlockSecs * 1000 * RUN_TIME_SHARE;
    const { mark } = owner.scope;
    const named = {
      [mark]: async (run: Run): Promise<void> => {
        state.running += 1;
        const losses = this.#losses;
        let isBrokenOff = false;
        for (const [i, job] of run.jobs.entries()) {
          const isHeld = !isStartRecorded(job) || (await settler.recordStart(job, owner.id));
          // A process that was frozen past its lease goes on where it was: it must not start what may run elsewhere by
          // now. Asked again after the wait: what went on before us may have blocked the event loop for longer than a lease.
          while (keeper.lease !== null && losses === this.#losses && keeper.isInDoubt) await keeper.certain();
          if (!isHeld || losses !== this.#losses) continue;
          if (i > 0 && (isBrokenOff || state.isLeaving || systemClock.now() > run.claimedAt + runMs)) {
            settler.add({ outcome: handedBack(job), workerId: owner.id, durationMs: 0 });
            continue;
          }
          const { durationMs, isDueAgain } = await executor.execute(job, owner.id, owner.scope);
          meter.add(durationMs, job.payloadText.length);
          isBrokenOff ||= isDueAgain; // it is the oldest of its group that waits, so the others are after it
        }
        state.running -= 1;
        onOver(run);
      },
    };
    return named[mark] as MemberState['work'];
  }
}
