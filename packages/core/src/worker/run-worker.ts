import type { ContextParts } from '../context-parts.ts';
import { handedBack, isStartRecorded } from '../model/outcome.ts';
import { systemClock } from '../runtime/clock.ts';
import type { Run } from './channel-choice.ts';
import type { Executor } from './executor.ts';
import type { JobMeter } from './job-meter.ts';
import type { LeaseKeeper } from './lease-keeper.ts';
import type { Member, MemberState } from './member.ts';
import type { Settler } from './settler.ts';

export interface RunWorkerOptions {
  readonly parts: ContextParts;
  readonly keeper: LeaseKeeper;
  readonly settler: Settler;
  readonly executor: Executor;
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

  /** Never rejects. What is not started any more is handed back. */
  async work(run: Run, owner: Member, state: MemberState, meter: JobMeter | undefined): Promise<void> {
    const { parts, keeper, settler, executor } = this.#options;
    const until = run.claimedAt + parts.settings.jobGroupUnlockSecs * 1000 * RUN_TIME_SHARE;
    const losses = this.#losses;
    let isBrokenOff = false;
    for (const [i, job] of run.jobs.entries()) {
      const isHeld = !isStartRecorded(job) || (await settler.recordStart(job, owner.id));
      // A process that was frozen past its lease goes on where it was: it must not start what may run elsewhere by now.
      // Asked again after the wait: what went on before us may have blocked the event loop for longer than a lease.
      while (keeper.lease !== null && losses === this.#losses && keeper.isInDoubt) await keeper.certain();
      if (!isHeld || losses !== this.#losses) continue;
      const isFirst = i === 0;
      if (!isFirst && (isBrokenOff || state.isLeaving || systemClock.now() > until)) {
        settler.add({ outcome: handedBack(job), workerId: owner.id, durationMs: 0 });
        continue;
      }
      const { durationMs, isDueAgain } = await executor.execute(job, owner.id, owner.scope);
      meter?.add(durationMs, job.payloadText.length);
      isBrokenOff ||= isDueAgain; // it is the oldest of its group that waits, so the others are after it
    }
  }
}
