/// <reference lib="esnext.disposable" preserve="true" />
import { DepthSampler } from '../../maintain/depth-sampler.ts';
import { GroupPruner } from '../../maintain/group-pruner.ts';
import { JobPruner } from '../../maintain/job-pruner.ts';
import { KeyPruner } from '../../maintain/key-pruner.ts';
import { ReportPruner } from '../../maintain/report-pruner.ts';
import { Rescuer } from '../../maintain/rescuer.ts';
import { Scheduler } from '../../maintain/scheduler.ts';
import { SelfCheck } from '../../maintain/self-check.ts';
import { StatsRoller } from '../../maintain/stats-roller.ts';
import { FIRST_UNSERVED_MS, UnservedCheck } from '../../maintain/unserved-check.ts';
import { outside } from '../../runtime/async-context.ts';
import type { Daemon } from '../../runtime/daemon.ts';
import { type Services, servicesOf } from '../../services/services.ts';
import { type OrchestratorOptions, resolveOrchestratorOptions } from './orchestrator-options.ts';

/** How often to look for dead workers, and for groups that need fixing, in milliseconds. */
const RESCUE_INTERVAL_MS = 10_000;
const SELF_CHECK_INTERVAL_MS = 60_000;

/** How often to add up what processes have counted, and to count the jobs that wait, in milliseconds. */
const STATS_INTERVAL_MS = 60_000;

/**
 * When each begins, in milliseconds; the rescuer does at once. Rescues, prunes of groups and self-checks lock rows of groups
 * and skip those that are locked: side by side they would leave each other's work for their next pass. And what an idle
 * process asks at different times needs one connection.
 */
const FIRST_GROUP_PRUNE_MS = 200;
const FIRST_FINALIZED_PRUNE_MS = 400;
const FIRST_SELF_CHECK_MS = 1_500;
const FIRST_ROLL_MS = 2_500;
const FIRST_DEPTH_MS = 3_000;

/**
 * Enqueues the ticks of repeating jobs and of schedules when they are due, and keeps the database tidy: deletes finalized
 * jobs past their retention and groups out of use, puts back the jobs of processes that died, and adds up what processes
 * have counted.
 *
 * It starts by itself. Any number may run, in any processes: no tick is doubled and no deletion counted twice. Delays,
 * retries and rescue work without one; repeats and clean-up need one.
 *
 * @throws InvalidOptionError for an option that is unknown, of the wrong type or out of range.
 */
export class Orchestrator implements AsyncDisposable {
  readonly #services: Services;
  readonly #daemons: ReadonlyMap<Daemon, number>;
  #unsubscribe: () => void = () => {};
  #stopped: Promise<void> | undefined;

  constructor(options: OrchestratorOptions) {
    const { context, jobSchedulePollSecs, cleanUpPollSecs } = resolveOrchestratorOptions(options);
    const services = servicesOf('Orchestrator', context);
    const announce = (): void => void services.enqueuer.announce();
    const scheduler = new Scheduler({ services, pollMs: jobSchedulePollSecs * 1000, onFired: announce });
    const cleanUp = { services, intervalMs: cleanUpPollSecs * 1000 };
    const rescuer = new Rescuer({
      services,
      role: 'ORCHESTRATOR',
      intervalMs: RESCUE_INTERVAL_MS,
      selfId: () => null,
      onRescued: announce,
      onSchedulesSeen: () => {
        if (services.registry.scheduleNews === 0) services.registry.announceSchedules();
      },
    });
    const keyPruner = new KeyPruner(cleanUp);
    const reportPruner = new ReportPruner(cleanUp);
    this.#services = services;
    this.#daemons = new Map<Daemon, number>([
      [scheduler, 0],
      [new JobPruner(cleanUp), FIRST_FINALIZED_PRUNE_MS],
      [rescuer, 0],
      [
        new GroupPruner({ ...cleanUp, onKeys: () => keyPruner.wake(), onReports: () => reportPruner.wake() }),
        FIRST_GROUP_PRUNE_MS,
      ],
      [keyPruner, Infinity],
      [reportPruner, Infinity],
      [new SelfCheck({ services, intervalMs: SELF_CHECK_INTERVAL_MS, onFixed: announce }), FIRST_SELF_CHECK_MS],
      [new StatsRoller({ services, intervalMs: STATS_INTERVAL_MS }), FIRST_ROLL_MS],
      [new DepthSampler({ services, intervalMs: STATS_INTERVAL_MS }), FIRST_DEPTH_MS],
      [new UnservedCheck(services), FIRST_UNSERVED_MS],
    ]);
    void Promise.resolve().then(() => this.#start(scheduler));
  }

  /** Stops after what is under way, and resolves then. Calling it again is fine. */
  stop(): Promise<void> {
    this.#unsubscribe();
    this.#stopped ??= Promise.all([...this.#daemons.keys()].map((daemon) => daemon.stop())).then(() => undefined);
    return this.#stopped;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  #start(scheduler: Scheduler): void {
    if (this.#stopped !== undefined) return;
    const { hooks, warn } = this.#services;
    outside(() => hooks.connect(warn));
    this.#unsubscribe = this.#services.registry.onRegistered(() => scheduler.wake());
    for (const [daemon, firstAfterMs] of this.#daemons) daemon.start(firstAfterMs);
  }
}
