import { Caretaker } from '../maintain/caretaker.ts';
import { released } from '../model/outcome.ts';
import { systemClock } from '../runtime/clock.ts';
import type { Services } from '../services/services.ts';
import type { Lane } from '../statements/settle.ts';
import { Cancels } from './cancels.ts';
import { Claimer } from './claim/claimer.ts';
import { DefinitionKeeper } from './definition-keeper.ts';
import { Holdings } from './holdings.ts';
import { JobReporter } from './job-reporter.ts';
import { LeaseKeeper } from './lease-keeper.ts';
import type { Lull } from './lull.ts';
import { type Member, Membership, type RunLeft } from './membership.ts';
import type { News } from './news.ts';
import { Notifier } from './notifier.ts';
import { takesOf } from './process-facts.ts';
import { type Readiness, readinessOf } from './readiness.ts';
import { Executor } from './run/executor.ts';
import { GroupRunner } from './run/group-runner.ts';
import { RunTools } from './run/run-tools.ts';
import { TimeLimits } from './run/time-limits.ts';
import { Settler } from './settle/settler.ts';
import { SlotPool } from './slots.ts';
import { StatsKeeper } from './stats-keeper.ts';

/** How often to scan for work when nothing is heard, in milliseconds. */
const POLL_LISTENING_MS = 3_000;
const POLL_ONLY_MS = 1_000;

/** How long the first claim waits for the session lock while the connection for it is made, in milliseconds. */
const LOCK_CONNECT_MS = 5_000;

/** The share of `jobGroupUnlockSecs` after which no further job of a run is started: the group may open soon. */
const RUN_TIME_SHARE = 0.5;

/**
 * What all Workers of a context share: one lease, one claimer, one settler, one listener. It starts with the first
 * Worker and ends with the last, so a hundred Workers cost about what one with a concurrency of a hundred does.
 */
export class WorkerProcess {
  readonly #services: Services;
  readonly #holdings: Holdings;
  readonly #keeper: LeaseKeeper;
  readonly #notifier: Notifier | undefined;
  readonly #claimer: Claimer;
  readonly #runner: GroupRunner;
  readonly #settler: Settler;
  readonly #stats: StatsKeeper | undefined;
  readonly #caretaker: Caretaker;
  readonly #cancels: Cancels;
  readonly #reporter: JobReporter;
  readonly #definitionKeeper: DefinitionKeeper;
  readonly #pools = new Map<string, SlotPool>();
  readonly #members = new Map<Member, Membership>();
  readonly #unsubscribe: readonly (() => void)[];
  #closing: Promise<void> | undefined;

  /** @param lull is given where the process is to end once there is nothing to do. */
  constructor(services: Services, lull?: Lull) {
    this.#services = services;
    const { settings, registry, localWork } = services;
    const holdings = new Holdings(lull === undefined ? undefined : () => notice('anywhere'));
    this.#holdings = holdings;
    lull?.attach(holdings, () => notice('anywhere'));
    const notice = (news: News): void => this.#claimer.notice(news);
    this.#keeper = new LeaseKeeper({
      services,
      takes: () => takesOf(this.#pools.values(), registry.all()),
      sessionWithinMs: settings.wakeUp === 'poll' ? 0 : LOCK_CONNECT_MS,
      onHeld: () => notice('anywhere'),
      onLost: () => this.#dropAll(),
      onOtherServer: () => notice('distrust'),
      onOverdue: () => this.#caretaker.rescue(),
      onCancels: () => this.#cancels.look(),
      onEnded: () => void this.#notifier?.stop(),
    });
    const keeper = this.#keeper;
    const onCancelled = (jobIds: readonly string[]): void => this.#cancels.lookFor(jobIds);
    this.#notifier = settings.wakeUp === 'poll' ? undefined : new Notifier({ services, keeper, notice, onCancelled });
    const stats = settings.statsSecs > 0 ? new StatsKeeper({ services, clock: systemClock }) : undefined;
    this.#stats = stats;
    this.#settler = new Settler({ services, holdings, stats, notice, onOpened: (lanes) => this.#noteOpened(lanes) });
    const settler = this.#settler;
    const unlockMs = settings.jobGroupUnlockSecs * 1000;
    const graceMs = settings.abortGraceSecs * 1000;
    this.#reporter = new JobReporter(services);
    this.#cancels = new Cancels({ services, holdings, settler, lease: () => keeper.lease, graceMs });
    const limits = new TimeLimits({ services, clock: systemClock, graceMs, unlockMs });
    const tools = new RunTools(services, this.#reporter);
    const executor = new Executor({ services, settler, limits, clock: systemClock, stats, tools });
    const runMs = unlockMs * RUN_TIME_SHARE;
    this.#runner = new GroupRunner({ keeper, settler, executor, clock: systemClock, runMs });
    this.#caretaker = new Caretaker({
      services,
      selfId: () => keeper.lease?.processId ?? null,
      onReady: () => {
        notice('anywhere');
        void services.enqueuer.announceSoon();
      },
      onLooked: lull?.looked,
    });
    this.#claimer = new Claimer({
      services,
      pools: () => [...this.#pools.values()],
      lease: () => keeper.lease,
      onLeaseLost: (lease) => keeper.lose(lease),
      onRescueDue: () => this.#caretaker.rescue(),
      outcomeRoom: () => Math.min(settler.room, lull?.room ?? Infinity),
      reconcile: (lease) => keeper.reconcile(lease, holdings.under(lease.processId)),
      release: (pool) => this.#release(pool),
      pollMs: () => (settings.pollSecs === undefined ? this.#defaultPollMs : settings.pollSecs * 1000),
      lull,
    });
    this.#definitionKeeper = new DefinitionKeeper(services);
    this.#unsubscribe = [
      localWork.subscribe((announced) => {
        if (announced === 'anywhere') notice('anywhere');
        else notice(announced === null ? 'somewhere' : { announced });
      }),
      localWork.onCancelled(onCancelled),
      registry.onRegistered(() => {
        notice('somewhere');
        keeper.noteTakes();
        this.#definitionKeeper.wake();
      }),
    ];
    const daemons = [
      keeper,
      settler,
      this.#claimer,
      this.#caretaker,
      this.#cancels,
      this.#definitionKeeper,
      this.#reporter,
      stats,
    ];
    for (const daemon of daemons) daemon?.start();
    this.#notifier?.start();
  }

  /** Whether the last Worker has left: a new one needs a new process. */
  get isClosing(): boolean {
    return this.#closing !== undefined;
  }

  get readiness(): Readiness {
    return readinessOf(this.#services.registry, this.#keeper, this.#claimer);
  }

  join(member: Member): void {
    const key = JSON.stringify(member.channels);
    const pool = this.#pools.get(key) ?? new SlotPool(member.channels, systemClock.now(), this.#holdings);
    this.#pools.set(key, pool);
    const membership = new Membership(member, {
      pool,
      runner: this.#runner,
      clock: systemClock,
      graceMs: this.#services.settings.abortGraceSecs * 1000,
      hooks: this.#services.hooks,
      onSlotFree: () => this.#claimer.wake(),
    });
    this.#members.set(member, membership);
    pool.join(membership, systemClock.now());
    this.#claimer.notice('somewhere');
    this.#keeper.noteTakes();
  }

  /**
   * Lets the member's running jobs finish, releases what it will not start, and waits until all is recorded. Resolves to
   * the runs that it did not wait for.
   */
  async leave(member: Member): Promise<readonly RunLeft[]> {
    const membership = this.#members.get(member);
    if (membership === undefined) return [];
    const { pool } = membership;
    const idle = membership.leave();
    if (pool.isUnused) {
      this.#release(pool);
      this.#pools.delete(JSON.stringify(member.channels));
    }
    this.#keeper.noteTakes();
    const left = await idle;
    this.#members.delete(member);
    if (this.#members.size > 0) {
      await this.#settler.flushed();
      return left;
    }
    this.#closing ??= this.#close();
    await this.#closing;
    return left;
  }

  /** Has a member that leaves wait no longer than so much for what it runs. */
  abortAfter(member: Member, waitMs: number): void {
    this.#members.get(member)?.abortAfter(waitMs);
  }

  /** Releases what a pool holds and has not started, for whoever has a slot. */
  #release(pool: SlotPool): void {
    for (const holding of pool.takeHeld()) {
      this.#settler.record({ holding, outcome: released(holding.job), workerId: pool.ownerId, durationMs: 0 });
    }
  }

  /** The lease is gone, and with it all claims: running jobs are told, the others forgotten. */
  #dropAll(): void {
    this.#holdings.dropAll();
    for (const pool of this.#pools.values()) pool.takeHeld();
  }

  /**
   * A claim that came up short may find more now. Jobs that this process does not take were not seen by those who do:
   * their claims passed over them while the group was busy. Nor does it know who else waits for a limit (`null`).
   */
  #noteOpened(lanes: readonly (Lane | null)[]): void {
    const pools = [...this.#pools.values()];
    const isOurs = ({ channel, name }: Lane): boolean =>
      this.#services.registry.get(name) !== undefined && pools.some((pool) => pool.takes(channel));
    if (lanes.some((lane) => lane === null || isOurs(lane))) this.#claimer.notice('somewhere');
    if (!lanes.every((lane) => lane !== null && isOurs(lane))) void this.#services.enqueuer.announceSoon();
  }

  get #defaultPollMs(): number {
    return this.#notifier?.isListening === true ? POLL_LISTENING_MS : POLL_ONLY_MS;
  }

  /** In the order in which they need each other: no more claims, outcomes recorded, lease given up. */
  async #close(): Promise<void> {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    await Promise.all([this.#claimer.stop(), this.#caretaker.stop(), this.#definitionKeeper.stop()]);
    for (const pool of this.#pools.values()) this.#release(pool);
    // What nobody waits for stays this process's in the database: its row stands, is not renewed, and runs out.
    this.#holdings.leaveRuns();
    const failure = await this.#settler.flushed().then(
      () => undefined,
      (reason: unknown) => ({ reason }),
    );
    // What was released, and groups that are open now: others need not wait for their next poll.
    await this.#services.enqueuer.announceNow();
    const stops = [this.#settler, this.#keeper, this.#notifier, this.#cancels, this.#reporter, this.#stats];
    await Promise.all(stops.map((one) => one?.stop()));
    const { lease } = this.#keeper;
    if (failure !== undefined) throw failure.reason;
    if (lease !== null && this.#claimer.mustReconcile) {
      await this.#keeper.reconcile(lease, this.#holdings.under(lease.processId));
    }
    await this.#keeper.remove();
  }
}
