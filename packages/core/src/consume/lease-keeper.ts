import { v4 as uuidv4 } from 'uuid';
import { isOfClosedClient } from '../driver/database-error.ts';
import type { SqlSession } from '../driver/index.ts';
import type { ClaimedJob } from '../model/job.ts';
import { Daemon } from '../runtime/daemon.ts';
import { daemonOptions } from '../services/daemon-options.ts';
import type { Services } from '../services/services.ts';
import { reconcile, registerProcess, removeProcess, takeSessionLock } from '../statements/leases.ts';
import { factsOf } from './process-facts.ts';
import { Renewer } from './renewer.ts';

/** What a claim must name. */
export interface Lease {
  /** A fresh UUID for each lease: never a host's name or a process's number, which come again. */
  readonly processId: string;
  readonly generation: number;
}

export interface LeaseKeeperOptions {
  readonly services: Services;
  /** How long the first lease waits for a session, in milliseconds: without its lock a job that blocks looks like a death. */
  readonly sessionWithinMs: number;
  /** What this process takes now, as its row is to say it. */
  readonly takes: () => string;
  /** There is a lease: claims may start. */
  readonly onHeld: () => void;
  /** The lease is gone: whatever this process holds may run elsewhere. */
  readonly onLost: () => void;
  /** The server was started anew, or another has taken its place: what it had confirmed may be lost. */
  readonly onOtherServer: () => void;
  /** Another process does not renew its lease. */
  readonly onOverdue: () => void;
  /** Somebody wants jobs cancelled that this process runs. */
  readonly onCancels: () => void;
  /** The program has ended the database client: there will be no lease any more. */
  readonly onEnded: () => void;
}

/**
 * The longest pause after a renewal that failed, in milliseconds. When the database comes back, whoever rescues gives the
 * others a few seconds to renew.
 */
const LONGEST_PAUSE_MS = 1_000;

/** How long after a change of what this process takes its row says so, in milliseconds: others are likely to follow. */
const TAKES_WITHIN_MS = 1_000;

/**
 * Holds the one lease of this process, renewed every third of its time, whatever runs.
 *
 * Where a connection of our own can be had, it also holds a session-level lock: an event loop that is blocked for a
 * minute renews nothing, but its connection still stands, and a rescue leaves its jobs alone.
 */
export class LeaseKeeper extends Daemon {
  readonly #options: LeaseKeeperOptions;
  readonly #renewer: Renewer;
  #lease: Lease | null = null;
  /** Which server knows of the lease: when it was started. */
  #server: number | null = null;
  #serverSince = -Infinity;
  /** The highest that a reconcile has named, also one that was not answered: a copy of it may come late. */
  #lastGeneration = 0;
  #session: SqlSession | null = null;
  #sessionKey: string | null = null;
  /** Until when the first lease waits for a session, by this process's clock. */
  #sessionBy: number;
  /** Until when the lease is held for certain, by this process's clock: counted from before the last renewal was sent. */
  #certainUntil = -Infinity;
  #waiters: (() => void)[] = [];
  /** What the row says that this process takes. */
  #written: string | null = null;
  #cancelWrite: (() => void) | undefined;
  /** How many cancels this lease's row told of. */
  #cancels = 0;

  constructor(options: LeaseKeeperOptions) {
    super({ name: 'lease-keeper', ...daemonOptions(options.services), longestPauseMs: LONGEST_PAUSE_MS });
    this.#options = options;
    this.#renewer = new Renewer(options.services);
    this.#sessionBy = this.clock.now() + options.sessionWithinMs;
  }

  get lease(): Lease | null {
    return this.#lease;
  }

  /** Whether the lease may have run out: this process was frozen, or its renewals do not get through. */
  get isInDoubt(): boolean {
    return this.isInDoubtAt(this.clock.now());
  }

  isInDoubtAt(now: number): boolean {
    return now > this.#certainUntil;
  }

  /** When the server was found to be another than the one before, by this process's clock. */
  get serverSince(): number {
    return this.#serverSince;
  }

  /** Resolves once the lease was renewed, or is known to be lost. */
  async certain(): Promise<void> {
    // A renewal that was sent long ago says nothing about now, so its answer leaves the doubt as it was.
    while (this.#lease !== null && this.isInDoubt) {
      this.wake();
      await new Promise<void>((resolve) => this.#waiters.push(resolve));
    }
  }

  /** The connection that stands for this process, or `null` when it has none (any more). */
  useSession(session: SqlSession | null): void {
    this.#sessionBy = -Infinity;
    if (session !== null && session === this.#session) return;
    this.#session = session;
    this.#sessionKey = null;
    this.wake();
  }

  /** A session is there or not within so many milliseconds: the first lease waits no longer. */
  expectSession(withinMs: number): void {
    this.#sessionBy = Math.min(this.#sessionBy, this.clock.now() + withinMs);
    this.wake();
  }

  /** What this process takes has changed. Its row says so with the next renewal, which comes soon for that. */
  noteTakes(): void {
    if (this.#lease === null) return;
    this.#cancelWrite ??= this.clock.after(TAKES_WITHIN_MS, () => {
      this.#cancelWrite = undefined;
      if (this.#options.takes() !== this.#written) this.wake();
    });
  }

  /** Somebody learned that the lease is gone. */
  lose(lease: Lease): void {
    if (this.#lease?.processId !== lease.processId) return;
    this.#lease = null;
    this.#options.onLost();
    this.#resolveWaiters();
    this.wake();
  }

  /** Releases what the database says we hold and we do not know of. */
  async reconcile(lease: Lease, known: readonly ClaimedJob[]): Promise<void> {
    const { driver, tables } = this.#options.services;
    this.#lastGeneration += 1;
    const generation = this.#lastGeneration;
    const found = await reconcile(driver, tables, { processId: lease.processId, generation, known });
    if (found === null) this.lose(lease);
    else if (this.#lease?.processId === lease.processId) this.#lease = { ...lease, generation };
  }

  /** Gives the lease up, once nothing is held any more. */
  async remove(): Promise<void> {
    const { driver, tables } = this.#options.services;
    const lease = this.#lease;
    this.#lease = null;
    this.#cancelWrite?.();
    if (lease === null) return;
    await removeProcess(driver, tables, { processId: lease.processId }).catch((error: unknown) => {
      if (!isOfClosedClient(error)) throw error; // nothing is held, so nobody waits for the lease to run out
    });
  }

  protected override async tick(): Promise<number> {
    const { services, onHeld, onOverdue, onOtherServer, onCancels } = this.#options;
    const { driver, tables, settings, checkSchema } = services;
    const { leaseSecs } = settings;
    if (this.#lease === null) {
      await checkSchema();
      const waitMs = this.#sessionBy - this.clock.now();
      if (waitMs > 0) return waitMs;
    }
    await this.#lockSession();
    const sessionKey = this.#sessionKey;
    const lease = this.#lease;
    const takes = this.#options.takes();
    const sentAt = this.clock.now();
    if (lease === null) {
      const processId = uuidv4();
      this.#server = await registerProcess(driver, tables, {
        processId,
        leaseSecs,
        sessionKey,
        facts: { ...factsOf(settings), takes },
      });
      this.#lease = { processId, generation: 0 };
      this.#cancels = 0;
      onHeld();
    } else {
      const changed = takes === this.#written ? undefined : takes;
      const input = { processId: lease.processId, sessionKey, takes: changed };
      const renewal = await this.#renewer.renew(input, this.#session);
      if (!renewal.isHeld) {
        this.lose(lease);
        return 0;
      }
      if (renewal.isAnyOverdue) onOverdue();
      if (renewal.cancels !== this.#cancels) onCancels();
      this.#cancels = renewal.cancels;
      if (renewal.server !== this.#server) {
        this.#serverSince = this.clock.now();
        onOtherServer();
      }
      this.#server = renewal.server;
    }
    this.#written = takes;
    if (this.#options.takes() !== takes) this.noteTakes(); // it changed while that was sent
    this.#certainUntil = sentAt + leaseSecs * 1000;
    this.#resolveWaiters();
    return (leaseSecs * 1000) / 3;
  }

  /** Nothing that runs can be recorded any more. */
  protected override ended(): void {
    this.#cancelWrite?.();
    if (this.#lease !== null) this.lose(this.#lease);
    this.#options.onEnded();
  }

  #resolveWaiters(): void {
    for (const resolve of this.#waiters.splice(0)) resolve();
  }

  async #lockSession(): Promise<void> {
    const session = this.#session;
    if (session === null || this.#sessionKey !== null) return;
    const sessionKey = BigInt.asIntN(64, crypto.getRandomValues(new BigInt64Array(1))[0] ?? 0n).toString();
    // A failure means that the connection is going: its end is reported by the listener, and polling goes on meanwhile.
    const isLocked = await takeSessionLock(session, this.#options.services.tables, { sessionKey }).catch(() => false);
    if (isLocked && this.#session === session) this.#sessionKey = sessionKey;
  }
}
