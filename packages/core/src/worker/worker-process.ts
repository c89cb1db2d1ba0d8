import type { ContextParts } from '../context-parts.ts';
import { handedBack, isStartRecorded } from '../model/outcome.ts';
import { Notifier } from '../notify/notifier.ts';
import { Rescuer } from '../rescue/rescuer.ts';
import { systemClock } from '../runtime/clock.ts';
import type { Lane } from '../statements/settle.ts';
import { ChannelChoice, type Run, type SlotOwner } from './channel-choice.ts';
import { Claimer } from './claimer.ts';
import { DEAF_WARNING } from './deaf-warning.ts';
import { Executor } from './executor.ts';
import { HeldClaims } from './held-claims.ts';
import { LeaseKeeper } from './lease-keeper.ts';
import type { Member, MemberState } from './member.ts';
import { emitGivenUp, emitLost, emitSettled } from './settlement-events.ts';
import { Settler } from './settler.ts';

/** How often to look for work when nothing is heard, in milliseconds. */
const POLL_LISTENING_MS = 3_000;
const POLL_DEAF_MS = 1_000;

/** How often to look for dead workers when no claim saw one, in milliseconds. */
const RESCUE_INTERVAL_MS = 60_000;

/** Above so many outcomes that are not recorded yet, no more jobs are claimed. */
const BACKLOG_LIMIT = 5_000;

/** The share of `jobGroupUnlockSecs` after which no further job of a run is started: the group may open soon. */
const RUN_TIME_SHARE = 0.5;

/**
 * What all Workers of a context share: one lease, one claimer, one settler, one listener. It starts with the first
 * Worker and ends with the last, so a hundred Workers cost about what one with a concurrency of a hundred does.
 */
export class WorkerProcess {
  readonly #parts: ContextParts;
  readonly #keeper: LeaseKeeper;
  readonly #settler: Settler;
  readonly #claimer: Claimer;
  readonly #rescuer: Rescuer;
  readonly #executor: Executor;
  readonly #notifier: Notifier | undefined;
  readonly #choices = new Map<string, ChannelChoice<SlotOwner>>();
  readonly #members = new Map<SlotOwner, MemberState>();
  readonly #unsubscribe: readonly (() => void)[];
  #isListening = false;
  readonly #held = new HeldClaims();
  /** How often the lease was lost: a run that began before is not ours any more. */
  #losses = 0;
  #closing: Promise<void> | undefined;

  constructor(parts: ContextParts) {
    this.#parts = parts;
    const { driver, tables, settings, registry, localWork, events, reportError, warn } = parts;
    this.#keeper = new LeaseKeeper({
      parts,
      onHeld: () => this.#claimer.hintAnywhere(),
      onLost: () => this.#dropAll(),
    });
    this.#settler = new Settler({
      parts,
      onSettled: (settlement) => {
        const { outcome } = settlement;
        this.#held.delete(outcome.job);
        if (outcome.kind === 'waiting' && outcome.secs === 0) this.#claimer.noteReturned(outcome.job);
        emitSettled(events, settlement);
      },
      onLost: (settlement) => {
        this.#held.delete(settlement.outcome.job);
        emitLost(events, settlement);
      },
      // Still held: whatever the database says of it, this process has run it, and a reconcile must not have it run again.
      onGivenUp: (settlement, error) => emitGivenUp(events, settlement, error),
      onRunLost: (job) => {
        this.#held.delete(job);
        this.#executor.lose(job);
      },
      onDueIn: (ms) => this.#claimer.hintIn(ms),
      onOpened: (lanes) => this.#tellOfOpened(lanes),
    });
    this.#executor = new Executor({ parts, settler: this.#settler, clock: systemClock });
    this.#rescuer = new Rescuer({
      parts,
      role: 'WORKER',
      intervalMs: RESCUE_INTERVAL_MS,
      onRescued: () => this.#claimer.hintAnywhere(),
    });
    this.#claimer = new Claimer({
      parts,
      choices: () => [...this.#choices.values()],
      lease: () => this.#keeper.lease,
      onLeaseLost: (lease) => this.#keeper.lose(lease),
      onRescueDue: () => this.#rescuer.wake(),
      isBackedUp: () => this.#settler.backlog > BACKLOG_LIMIT,
      reconcile: (lease) => this.#keeper.reconcile(lease, this.#held.under(lease.workerId)),
      handBack: (choice) => this.#handBack(choice),
      pollMs: () => (settings.pollSecs === undefined ? this.#defaultPollMs() : settings.pollSecs * 1000),
    });
    this.#notifier =
      settings.wakeUp === 'poll'
        ? undefined
        : new Notifier({
            driver,
            tables,
            ownSenderId: parts.enqueuer.senderId,
            onHint: () => this.#claimer.hint(),
            onTold: (told) => this.#claimer.tell([told]),
            onHealth: (health) => {
              this.#isListening = health.state === 'listening';
              this.#keeper.useSession(health.state === 'listening' ? health.session : null);
              if (health.state === 'deaf' && health.reason === 'unanswered') warn(DEAF_WARNING);
              this.#claimer.hint();
            },
            onError: (error, failures) => reportError('notifier', error, failures),
          });
    this.#unsubscribe = [
      localWork.subscribe((told) => (told === null ? this.#claimer.hint() : this.#claimer.tell(told))),
      registry.onAdd(() => this.#claimer.hint()),
    ];
    for (const daemon of [this.#keeper, this.#settler, this.#claimer, this.#rescuer]) daemon.start();
    this.#notifier?.start();
  }

  /** Whether the last Worker has left: a new one needs a new process. */
  get isClosing(): boolean {
    return this.#closing !== undefined;
  }

  join(member: Member): void {
    const key = JSON.stringify(member.channels);
    const work = this.#workOf(member, key);
    this.#members.set(member, { work, running: 0, isLeaving: false, onIdle: () => {} });
    let choice = this.#choices.get(key);
    if (choice === undefined) {
      choice = new ChannelChoice(
        member.channels,
        systemClock.now(),
        (run, owner) => void this.#members.get(owner)?.work(run),
        (claim) => this.#held.add(claim),
      );
      this.#choices.set(key, choice);
    }
    choice.add(member, member.concurrency);
    this.#claimer.hint();
  }

  /** Lets the member's running jobs finish, hands back what it will not start, and waits until all is recorded. */
  async leave(member: Member): Promise<void> {
    const state = this.#members.get(member);
    if (state === undefined) return;
    state.isLeaving = true;
    const key = JSON.stringify(member.channels);
    const choice = this.#choices.get(key);
    choice?.remove(member, member.concurrency);
    if (choice?.isUnused === true) {
      this.#handBack(choice);
      this.#choices.delete(key);
    }
    if (state.running > 0) await new Promise<void>((resolve) => (state.onIdle = resolve));
    this.#members.delete(member);
    if (this.#members.size > 0) {
      await this.#settler.flushed();
      return;
    }
    this.#closing ??= this.#close();
    await this.#closing;
  }

  /** Works through runs, in a function whose name tells in the stack of a job which Worker runs it. */
  #workOf(owner: Member, key: string): MemberState['work'] {
    const { mark } = owner.scope;
    const named = {
      [mark]: async (run: Run): Promise<void> => {
        const state = this.#members.get(owner);
        if (state === undefined) throw new Error('a run was given to a worker that has left');
        state.running += 1;
        const choice = this.#choices.get(key);
        const until = run.claimedAt + this.#parts.settings.jobGroupUnlockSecs * 1000 * RUN_TIME_SHARE;
        const losses = this.#losses;
        let isBrokenOff = false;
        for (const [i, job] of run.jobs.entries()) {
          const isHeld = !isStartRecorded(job) || (await this.#settler.recordStart(job, owner.id));
          // A process that was frozen past its lease goes on where it was: it must not start what may run elsewhere by now.
          // Asked again after the wait: what went on before us may have blocked the event loop for longer than a lease.
          while (this.#keeper.lease !== null && losses === this.#losses && this.#keeper.isInDoubt) {
            await this.#keeper.certain();
          }
          if (!isHeld || losses !== this.#losses) continue;
          const isFirst = i === 0;
          if (!isFirst && (isBrokenOff || state.isLeaving || systemClock.now() > until)) {
            this.#settler.add({ outcome: handedBack(job), workerId: owner.id, durationMs: 0 });
            continue;
          }
          const { durationMs, isDueAgain } = await this.#executor.execute(job, owner.id, owner.scope);
          choice?.meter.add(durationMs, job.payloadText.length);
          isBrokenOff ||= isDueAgain; // it is the oldest of its group that waits, so the others are after it
        }
        state.running -= 1;
        if (state.isLeaving) {
          if (state.running === 0) state.onIdle();
          return;
        }
        choice?.free(owner);
        if (choice?.isHungry === true) this.#claimer.wake();
      },
    };
    return named[mark] as MemberState['work'];
  }

  #handBack(choice: ChannelChoice<SlotOwner>): void {
    for (const job of choice.takeHeld()) {
      this.#settler.add({ outcome: handedBack(job), workerId: choice.ownerId, durationMs: 0 });
    }
  }

  /** The lease is gone, and with it all claims: running jobs are told, the others forgotten. */
  #dropAll(): void {
    this.#losses += 1;
    this.#held.clear();
    this.#executor.loseAll();
    for (const choice of this.#choices.values()) choice.takeHeld();
  }

  /**
   * A claim that came up short may find more now. Jobs that this process does not take were not seen by those who do:
   * their claims passed over them while the group was busy.
   */
  #tellOfOpened(lanes: readonly Lane[]): void {
    const choices = [...this.#choices.values()];
    const isOurs = ({ channel, name }: Lane): boolean =>
      this.#parts.registry.get(name) !== undefined && choices.some((choice) => choice.takes(channel));
    if (lanes.some(isOurs)) this.#claimer.hint();
    if (!lanes.every(isOurs)) this.#parts.enqueuer.hintOthers();
  }

  #defaultPollMs(): number {
    return this.#isListening ? POLL_LISTENING_MS : POLL_DEAF_MS;
  }

  /** In the order in which they need each other: no more claims, outcomes recorded, lease given up. */
  async #close(): Promise<void> {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    await Promise.all([this.#claimer.stop(), this.#rescuer.stop()]);
    for (const choice of this.#choices.values()) this.#handBack(choice);
    await this.#settler.flushed();
    // What was handed back, and groups that are free now: others need not wait for their next poll.
    await this.#parts.enqueuer.tellOthers();
    await Promise.all([this.#settler.stop(), this.#keeper.stop(), this.#notifier?.stop()]);
    const { lease } = this.#keeper;
    if (lease !== null && this.#claimer.mustReconcile)
      await this.#keeper.reconcile(lease, this.#held.under(lease.workerId));
    await this.#keeper.remove();
  }
}
