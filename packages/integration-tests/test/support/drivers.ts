import { DatabaseError, type Driver, type SqlRow, type SqlStatement } from '@bearmq/core/driver';
import { gate } from './until.ts';

/** Decides what becomes of one statement; `send` sends it. */
export type Interception = (
  statement: SqlStatement,
  send: () => Promise<readonly SqlRow[]>,
) => Promise<readonly SqlRow[]>;

/** A driver on a real server whose statements go through `intercept` first. */
export function intercepted(driver: Driver, intercept: Interception): Driver {
  return {
    name: driver.name,
    run: (statement) => intercept(statement, () => driver.run(statement)),
    transaction: (work) => driver.transaction(work),
    listen: (channel, listener) => driver.listen(channel, listener),
    ...(driver.listenLazily === undefined
      ? {}
      : { listenLazily: (channel, listener) => (driver.listenLazily as Driver['listen'])(channel, listener) }),
    close: () => driver.close(),
  };
}

/** What a driver was asked to run, by the statements' names. */
export interface Counts {
  readonly driver: Driver;
  of(...names: readonly string[]): number;
  readonly total: number;
  reset(): void;
}

export function counted(driver: Driver): Counts {
  const names: string[] = [];
  return {
    driver: intercepted(driver, (statement, send) => {
      names.push(statement.name);
      return send();
    }),
    of: (...wanted) => names.filter((one) => wanted.includes(one)).length,
    get total() {
      return names.length;
    },
    reset: () => {
      names.length = 0;
    },
  };
}

/** What a driver rejects with when the connection breaks: nobody can tell whether the statement was committed. */
export function connectionLost(): DatabaseError {
  return new DatabaseError('the connection was cut by a test', { sqlState: null, constraint: null }, undefined);
}

/** What takes jobs: by looking for them, and by name. */
export const CLAIMS: readonly string[] = ['bearmq_claim', 'bearmq_claim_announced'];

/** What makes jobs: alike or mixed, and one after a quiet moment. */
export const ENQUEUES: readonly string[] = ['bearmq_enqueue', 'bearmq_enqueue_mixed', 'bearmq_enqueue_first'];

/** A driver that loses the answers of statements that are committed. */
export interface LosingDriver {
  readonly driver: Driver;
  /** How many answers were lost. */
  lost(): number;
  /** Has so many more be lost. */
  loseNext(times: number): void;
}

/** Loses the first `times` answers of statements of these names that `fit`. */
export function losingAnswers(
  inner: Driver,
  names: readonly string[],
  times: number,
  fit: (rows: readonly SqlRow[]) => boolean = () => true,
): LosingDriver {
  let [lost, left] = [0, times];
  const driver = intercepted(inner, async (statement, send) => {
    const rows = await send();
    if (!names.includes(statement.name) || left === 0 || !fit(rows)) return rows;
    lost += 1;
    left -= 1;
    throw connectionLost();
  });
  return {
    driver,
    lost: () => lost,
    loseNext: (more) => {
      left += more;
    },
  };
}

/** What an answer to a claim holds beside its last row, which tells of the queue. */
export const hasJobs = (rows: readonly SqlRow[]): boolean => rows.length > 1;

/** Claims that bring jobs are held between their commit and their answer; `answer` lets them go on. */
export function holdingClaims(inner: Driver): {
  readonly driver: Driver;
  /** Resolves once jobs were claimed of which their process does not know yet. */
  readonly claimed: Promise<void>;
  /** Gives the answer, or has the connection break in place of it. */
  answer(how: 'comes' | 'is lost'): void;
} {
  const [claimed, answer] = [gate(), gate()];
  let isLost = false;
  const driver = intercepted(inner, async ({ name }, send) => {
    const rows = await send();
    if (!CLAIMS.includes(name) || !hasJobs(rows)) return rows;
    claimed.open();
    await answer.opened;
    if (isLost) throw connectionLost();
    return rows;
  });
  return {
    driver,
    claimed: claimed.opened,
    answer: (how) => {
      isLost = how === 'is lost';
      answer.open();
    },
  };
}

/** What a pooler in transaction mode does of a driver: LISTEN succeeds, and nothing ever comes. */
export function deaf(inner: Driver): Driver {
  return {
    name: inner.name,
    run: (statement) => inner.run(statement),
    transaction: (work) => inner.transaction(work),
    listen: (channel, listener) =>
      inner.listen(channel, {
        onConnected: (session, isDirect) => listener.onConnected(session, isDirect),
        onDisconnected: (error) => listener.onDisconnected(error),
        onNotification: () => {},
      }),
    close: () => inner.close(),
  };
}
