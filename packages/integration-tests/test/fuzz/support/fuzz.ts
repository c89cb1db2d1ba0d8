import { inspect } from 'node:util';
import { expect } from '@jest/globals';
import { BearError, DatabaseError } from 'bearmq';
import fc from 'fast-check';
import { CallersError } from './values.ts';

/** How long all properties of this folder take together; and the seed of one that failed, to run it again. */
const SECS = Number(process.env['BEARMQ_FUZZ_SECS'] ?? 15);
const SEED = process.env['BEARMQ_FUZZ_SEED'];

/** How long one call may take before it counts as one that hangs, in milliseconds. */
const DEADLINE_MS = 60_000;
const LONGEST_MESSAGE = 1_200;

/** With so many inputs some work and some are refused. */
const ENOUGH = 100;

/** How often each property let something work, and refused it: one that never does either shows nothing. */
export interface Tally {
  worked: number;
  refused: number;
}

export const FUZZ_TIMEOUT_MS: number = SECS * 1_000 + 120_000;

/** Checks a property of what is drawn for its share of the time, and prints what came of it. */
export async function fuzz<T>(
  what: string,
  share: number,
  drawn: fc.Arbitrary<T>,
  property: (drawn: T, tally: Tally) => Promise<void>,
): Promise<void> {
  const tally: Tally = { worked: 0, refused: 0 };
  let last = Promise.resolve();
  const details = await fc.check(
    fc.asyncProperty(drawn, (one) => {
      last = property(one, tally);
      return last;
    }),
    {
      numRuns: 1_000_000,
      interruptAfterTimeLimit: SECS * 1_000 * share,
      ...(SEED === undefined ? {} : { seed: Number(SEED) }),
    },
  );
  await last; // when the time is up, fast-check does not wait for the one under way
  // On a machine that is so busy that the first took all the time, that one is what was tried.
  const tooBusy = details.interrupted && details.numRuns === 0;
  if (details.failed && !tooBusy) throw new Error(await fc.asyncDefaultReportMessage(details));
  console.log(`${what}: ${tally.worked} worked, ${tally.refused} were refused`);
  // A machine that is too busy for more than a few says nothing of the inputs.
  if (tally.worked + tally.refused > ENOUGH) expect(Math.min(tally.worked, tally.refused)).toBeGreaterThan(0);
}

/**
 * Does what a user would do with the input. It works, or throws an error of ours that could be known before anything is
 * sent, or what the caller's own function threw; in time, and in few words.
 *
 * A rejection that nobody handles needs no check: Jest fails the test for it.
 *
 * @returns whether it worked.
 */
export async function worksOrIsRefused(tally: Tally, act: () => unknown): Promise<boolean> {
  try {
    await inTime(async () => await act());
    tally.worked += 1;
    return true;
  } catch (error) {
    if (error instanceof CallersError) return false;
    if (!(error instanceof BearError) || error instanceof DatabaseError) {
      throw new Error(`neither worked nor was refused: ${inspect(error, { depth: 2 })}`, { cause: error });
    }
    expect(error.message.length).toBeLessThan(LONGEST_MESSAGE);
    tally.refused += 1;
    return false;
  }
}

async function inTime<T>(work: () => Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`not over after ${DEADLINE_MS} ms`)), DEADLINE_MS);
  });
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}
