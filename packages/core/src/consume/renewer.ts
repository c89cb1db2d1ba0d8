import { DatabaseError, type SqlSession, withTimeout } from '../driver/index.ts';
import { afterReading, systemClock } from '../runtime/clock.ts';
import type { Services } from '../services/services.ts';
import { type Renewal, renewLease } from '../statements/leases.ts';

export interface RenewalInput {
  readonly processId: string;
  readonly sessionKey: string | null;
  /** What the process takes, where that has changed. */
  readonly takes: string | undefined;
}

/** The share of a lease after which a renewal that is not answered is sent another way. */
const PATIENCE_SHARE = 0.25;
/** How long the connection made for a renewal, and then its answer, may take, in milliseconds. */
const [LEAST_OWN_MS, MOST_OWN_MS] = [1_000, 3_000];

/**
 * Sends the renewals of a lease over whatever answers: first over the connection that listens, which has nothing else to
 * do; else over the pool; and where that does not answer either, over a connection made for it. The pool is the
 * program's, and its work functions may hold all connections for longer than a lease. Outcomes can wait, a lease cannot.
 */
export class Renewer {
  readonly #services: Services;
  /** Since when a renewal has been wanted, by this process's clock. */
  #wantedAt: number | null = null;
  /** What was sent and is not answered, each by where: nothing else goes there until it is. */
  readonly #unanswered = new Map<SqlSession, Promise<unknown>>();

  constructor(services: Services) {
    this.#services = services;
  }

  /** @param listening the connection that listens, if there is one. */
  async renew(input: RenewalInput, listening: SqlSession | null): Promise<Renewal> {
    const wantedAt = this.#wantedAt ?? systemClock.now();
    this.#wantedAt = wantedAt;
    const renewal = await this.#send(input, listening, wantedAt + this.#patienceMs);
    this.#wantedAt = null;
    return renewal;
  }

  get #patienceMs(): number {
    return this.#services.settings.leaseSecs * 1000 * PATIENCE_SHARE;
  }

  async #send(input: RenewalInput, listening: SqlSession | null, patientUntil: number): Promise<Renewal> {
    const { driver } = this.#services;
    if (listening !== null && !this.#unanswered.has(listening)) {
      const answer = this.#over(listening, input).catch(() => 'failed' as const);
      const first = await orLate(answer, patientUntil);
      if (typeof first === 'object') return first;
    }
    let isOver = false;
    const waiting = this.#unanswered.get(driver) ?? Promise.resolve();
    const overPool = waiting.then(() => (isOver ? new Promise<never>(() => {}) : this.#over(driver, input)));
    try {
      if (driver.openSession === undefined) return await overPool;
      if (systemClock.now() < patientUntil) {
        const first = await orLate(overPool, patientUntil);
        if (first !== 'late') return first;
      }
      const overOwn = this.#overOwn(input);
      return await Promise.race([overPool.catch(() => overOwn), overOwn]);
    } finally {
      isOver = true;
      overPool.catch(() => {}); // it was given up, or its failure is told of already
    }
  }

  #over(session: SqlSession, input: RenewalInput): Promise<Renewal> {
    const { tables, settings } = this.#services;
    const answer = renewLease(session, tables, { ...input, leaseSecs: settings.leaseSecs });
    const settled = answer.then(
      () => this.#unanswered.delete(session),
      () => this.#unanswered.delete(session),
    );
    this.#unanswered.set(session, settled);
    return answer;
  }

  /** Where the pool and the network are both silent this fails, and the lease keeper tries again. */
  async #overOwn(input: RenewalInput): Promise<Renewal> {
    const { driver, settings, warn, tables } = this.#services;
    const { leaseSecs } = settings;
    const ownMs = Math.min(Math.max(this.#patienceMs, LEAST_OWN_MS), MOST_OWN_MS);
    const pool = `no connection of the pool has answered for ${Math.round(this.#patienceMs / 100) / 10} s`;
    try {
      const session = await driver.openSession?.(ownMs);
      if (session === undefined) throw new Error(`the driver ${driver.name} opens no session`);
      try {
        const answer = renewLease(session, tables, { ...input, leaseSecs });
        const renewal = await withTimeout(ownMs, 'renewing the lease', answer);
        warn(`${pool}, so the lease of this process was renewed over a connection made for it; ${REMEDY}`);
        return renewal;
      } finally {
        void session.close();
      }
    } catch (error) {
      if (isRefused(error)) {
        warn(
          `${pool}, and the server refuses another one: when the lease is over (leaseSecs: ${leaseSecs}) the jobs of ` +
            `this process are run elsewhere; ${REMEDY}`,
          error,
        );
      }
      throw error;
    }
  }
}

const REMEDY =
  'if your own queries hold them all, make the pool larger, give the context a pool of its own, or keep transactions short';

/** Whether it was the server that said no: it is there, and full, or does not let this role in. */
function isRefused(error: unknown): boolean {
  return error instanceof DatabaseError && error.sqlState !== null && /^(53|28|42)/.test(error.sqlState);
}

/** What the promise brings, or `late` from that moment on, by this process's clock. */
async function orLate<T>(promise: Promise<T>, at: number): Promise<T | 'late'> {
  let cancel = (): void => {};
  const late = new Promise<'late'>((resolve) => {
    cancel = afterReading(systemClock, Math.max(0, at - systemClock.now()), () => resolve('late'));
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    cancel();
  }
}
