import type { ContextParts } from '../context-parts.ts';
import { handedBack } from '../model/outcome.ts';
import { DEAF_WARNING, Notifier } from '../notify/notifier.ts';
import { Caretaker } from '../rescue/caretaker.ts';
import { systemClock } from '../runtime/clock.ts';
import type { Lane } from '../statements/settle.ts';
import { ChannelChoice, type Run, type SlotOwner } from './channel-choice.ts';
import { Claimer } from './claimer.ts';
import { Executor } from './executor.ts';
import { HeldClaims } from './held-claims.ts';
import { LeaseKeeper } from './lease-keeper.ts';
import type { Member, MemberState } from './member.ts';
import { takesOf } from './process-facts.ts';
import { RunWorker } from './run-worker.ts';
import { emitGivenUp, emitLost, emitSettled } from './settlement-events.ts';
import { Settler } from './settler.ts';

/** How often to look for work when nothing is heard, in milliseconds. */
const POLL_LISTENING_MS = 3_000;
const POLL_DEAF_MS = 1_000;

/**
 * How long the first claim waits for the session lock: while the connection is made, and where only a notification can
 * prove that it is not shared, in milliseconds.
 */
const [LOCK_CONNECT_MS, LOCK_PROOF_MS] = [5_000, 250];

/** Above so many outcomes that are not recorded yet, no more jobs are claimed. */
const BACKLOG_LIMIT = 5_000;

/**
 * What all Workers of a context share: one lease, one claimer, one settler, one listener. It starts with the first
 * Worker and ends with the last, so a hundred Workers cost about what one with a concurrency of a hundred does.
 */
export class WorkerProcess {
  readonly #parts: ContextParts;
  readonly #keeper: LeaseKeeper;
  readonly #settler: Settler;
  readonly #claimer: Claimer;
  readonly #caretaker: Caretaker;
  readonly #executor: Executor;
  readonly #runner: RunWorker;
  readonly #notifier: Notifier | undefined;
  readonly #choices = new Map<string, ChannelChoice<SlotOwner>>();
  readonly #members = new Map<SlotOwner, MemberState>();
  readonly #unsubscribe: readonly (() => void)[];
  #isListening = false;
  readonly #held = new HeldClaims();
  #closing: Promise<void> | undefined;

  constructor(parts: ContextParts) {
    this.#parts = parts;
    const { driver, tables, settings, registry, localWork, events, reportError, warn } = parts;
    this.#keeper = new LeaseKeeper({
      parts,
      takes: () => takesOf(this.#choices.values(), registry.names()),
      sessionWithinMs: settings.wakeUp === 'poll' ? 0 : LOCK_CONNECT_MS,
      onHeld: () => this.#claimer.hintAnywhere(),
      onLost: () => this.#dropAll(),
      onOtherServer: () => this.#claimer.distrust(),
      onOverdue: () => this.#caretaker.rescue(),
      onEnded: () => void this.#notifier?.stop(),
    });
    this.#settler = new Settler({
      parts,
      onSettled: (settlement) => {
        const { outcome } = settlement;
        this.#held.delete(outcome.job);
        if (outcome.kind === 'waiting' && outcome.secs === 0) this.#claimer.noteReturned(outcome.job);
        if (outcome.kind === 'waiting' && outcome.errorText === null) parts.enqueuer.hintOthers(); // handed back
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
    this.#runner = new RunWorker({ parts, keeper: this.#keeper, settler: this.#settler, executor: this.#executor });
    this.#caretaker = new Caretaker({
      parts,
      selfId: () => this.#keeper.lease?.workerId ?? null,
      onReady: () => {
        this.#claimer.hintAnywhere();
        parts.enqueuer.hintOthers();
      },
    });
    this.#claimer = new Claimer({
      parts,
      choices: () => [...this.#choices.values()],
      lease: () => this.#keeper.lease,
      onLeaseLost: (lease) => this.#keeper.lose(lease),
      onRescueDue: () => this.#caretaker.rescue(),
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
            onConnected: (session, isDirect) => {
              if (isDirect || session === null) this.#keeper.useSession(session);
              else this.#keeper.expectSession(LOCK_PROOF_MS);
            },
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
      registry.onAdd(() => {
        this.#claimer.hint();
        this.#keeper.noteTakes();
      }),
    ];
    for (const daemon of [this.#keeper, this.#settler, this.#claimer, this.#caretaker]) daemon.start();
    this.#notifier?.start();
  }

  /** Whether the last Worker has left: a new one needs a new process. */
  get isClosing(): boolean {
    return this.#closing !== undefined;
  }

  join(member: Member): void {
    const key = JSON.stringify(member.channels);
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
    const ofChoice = choice;
    const state = { running: 0, isLeaving: false, onIdle: () => {} };
    const onOver = (run: Run): void => this.#release(run, member, ofChoice);
    const work = this.#runner.workOf(member, { state, meter: choice.meter, onOver });
    this.#members.set(member, Object.assign(state, { work }));
    choice.add(member, member.concurrency, systemClock.now());
    this.#claimer.hint();
    this.#keeper.noteTakes();
  }

  /** A run is over: its slot is free. */
  #release(run: Run, owner: Member, choice: ChannelChoice<SlotOwner>): void {
    choice.free(owner, run, systemClock.now());
    const state = this.#members.get(owner);
    if (state?.isLeaving === true) {
      if (state.running === 0) state.onIdle();
    } else if (choice.isHungry) {
      this.#claimer.wake();
    }
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
    this.#keeper.noteTakes();
    if (state.running > 0) await new Promise<void>((resolve) => (state.onIdle = resolve));
    this.#members.delete(member);
    if (this.#members.size > 0) {
      await this.#settler.flushed();
      return;
    }
    this.#closing ??= this.#close();
    await this.#closing;
  }

  #handBack(choice: ChannelChoice<SlotOwner>): void {
    for (const job of choice.takeHeld()) {
      this.#settler.add({ outcome: handedBack(job), workerId: choice.ownerId, durationMs: 0 });
    }
  }

  /** The lease is gone, and with it all claims: running jobs are told, the others forgotten. */
  #dropAll(): void {
    this.#held.clear();
    this.#runner.loseAll();
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
    await Promise.all([this.#claimer.stop(), this.#caretaker.stop()]);
    for (const choice of this.#choices.values()) this.#handBack(choice);
    const failure = await this.#settler.flushed().then(
      () => undefined,
      (reason: unknown) => ({ reason }),
    );
    // What was handed back, and groups that are free now: others need not wait for their next poll.
    await this.#parts.enqueuer.tellOthers();
    await Promise.all([this.#settler.stop(), this.#keeper.stop(), this.#notifier?.stop()]);
    const { lease } = this.#keeper;
    if (failure !== undefined) throw failure.reason;
    if (lease !== null && this.#claimer.mustReconcile)
      await this.#keeper.reconcile(lease, this.#held.under(lease.workerId));
    await this.#keeper.remove();
  }
}
