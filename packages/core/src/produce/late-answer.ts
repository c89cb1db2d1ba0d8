import { DatabaseError, type Driver } from '../driver/index.ts';
import { type Clock, systemClock } from '../runtime/clock.ts';
import { Deadline } from '../runtime/deadline.ts';
import type { Tables } from '../schema/index.ts';
import { probeConnection, probeEnqueue } from '../statements/probe-enqueue.ts';

/**
 * How long an insert may go without its answer before others are asked, in milliseconds; and more for each megabyte. A
 * verdict that is wrong rejects a call whose job is committed all the same, and on a machine with thirty times more to do
 * than it has cores, half a second made such: opening a connection through a pooler can take as long.
 */
const LATE_MS = 2_000;
const MORE_MS_PER_CHAR = 1 / 1_000;

/** How often to ask another connection, in milliseconds. */
const ASK_EVERY_MS = 500;

/** How long an insert has once another would have been answered: both may have waited for the same lock. */
const GRACE_MS = 1_000;

/** A timer that is later than this, in milliseconds, says that this process was not served itself: it proves nothing. */
const STARVED_MS = 200;

/** The most connections that are asked at a time. */
const MAX_ASKED = 5;

/**
 * The answers to inserts of jobs, one at a time; each rejects like a lost connection when others are answered that were
 * asked later. One connection of a pool may be dead without a word; then everybody would wait behind its insert.
 *
 * So when an answer is late, other connections are asked whether they are alive, and whether an insert would be answered. As
 * long as one would not (a lock on the table, a disk or a standby that is away, a pool that is used up), the late one is waited
 * for. It is never sent again: it may have been committed. See apps/docs/internals/enqueue.md
 */
export class LateAnswers {
  readonly #driver: Driver;
  readonly #tables: Tables;
  readonly #deadline: Deadline;
  #lateMs = LATE_MS;
  #watch: Watch | undefined;
  #reject: (reason: unknown) => void = () => {};

  constructor(driver: Driver, tables: Tables, clock: Clock = systemClock) {
    this.#driver = driver;
    this.#tables = tables;
    this.#deadline = new Deadline(clock, (passedMs) => {
      if (passedMs > STARVED_MS) this.#deadline.set(this.#lateMs);
      else this.#askOthers();
    });
  }

  /**
   * Settles as `answer` does, unless that is lost. To be called when the one before has settled.
   *
   * @param chars - how much payload the insert has.
   */
  unlessLost<T>(answer: Promise<T>, chars: number): Promise<T> {
    this.#lateMs = LATE_MS + chars * MORE_MS_PER_CHAR;
    this.#deadline.set(this.#lateMs);
    return new Promise((resolve, reject) => {
      this.#reject = reject;
      answer.then(
        (value) => {
          if (this.#reject === reject) this.#end();
          resolve(value);
        },
        (error: unknown) => {
          if (this.#reject === reject) this.#end();
          reject(error);
        },
      );
    });
  }

  /** One that was rejected may come late, when another is waited for already. */
  #end(): void {
    this.#deadline.lift();
    this.#watch?.end();
    this.#watch = undefined;
  }

  #askOthers(): void {
    const reject = this.#reject;
    const watch = new Watch(this.#driver, this.#tables);
    this.#watch = watch;
    void watch.proved().then(() => {
      if (this.#watch !== watch) return; // answered meanwhile
      this.#end();
      reject(takenForLost(this.#lateMs));
    });
  }
}

function takenForLost(lateMs: number): DatabaseError {
  return new DatabaseError(
    `enqueue: no answer within ${Math.round(lateMs)} ms, while what was sent later on other connections is answered: ` +
      'the connection is taken for lost',
    { sqlState: null, constraint: null },
    undefined,
  );
}

/** Asks other connections. */
class Watch {
  readonly #driver: Driver;
  readonly #tables: Tables;
  #isOver = false;
  #asked = 0;
  #cancel: () => void = () => {};

  constructor(driver: Driver, tables: Tables) {
    this.#driver = driver;
    this.#tables = tables;
  }

  /** Resolves when others are found to be answered; if they are not, never. */
  async proved(): Promise<void> {
    for (;;) {
      await this.#findAlive();
      if (await this.#isAnswered()) {
        const graceAt = systemClock.now() + GRACE_MS;
        await this.#pause(GRACE_MS);
        if (systemClock.now() < graceAt + STARVED_MS && (await this.#isAnswered())) return;
      }
      await this.#pause(ASK_EVERY_MS);
    }
  }

  end(): void {
    this.#isOver = true;
    this.#cancel();
  }

  /** Resolves when a connection is found that carries statements: a dead one may be followed by others. */
  async #findAlive(): Promise<void> {
    await new Promise<void>((resolve) => {
      let isFound = false;
      const found = (): void => {
        isFound = true;
        this.#cancel();
        resolve();
      };
      const ask = async (): Promise<void> => {
        await probeConnection(this.#driver, this.#tables, null).then(found, () => {});
        this.#asked -= 1;
      };
      const askOn = async (): Promise<void> => {
        while (!isFound) {
          if (this.#asked < MAX_ASKED) {
            this.#asked += 1;
            void ask();
          }
          await this.#pause(ASK_EVERY_MS);
        }
      };
      void askOn();
    });
  }

  /** A refusal is an answer too: the insert would have been refused as soon. */
  async #isAnswered(): Promise<boolean> {
    return await probeEnqueue(this.#driver, this.#tables, null).then(
      () => true,
      (error: unknown) => error instanceof DatabaseError && !error.isRetryable,
    );
  }

  /** For ever, once it is over. */
  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      if (!this.#isOver) this.#cancel = systemClock.after(ms, resolve);
    });
  }
}
