import { setTimeout as wait } from 'node:timers/promises';
import type { JobState } from 'bearmq';
import type { Cancelled, Paused } from '../ledger/facts.ts';
import { Random } from '../random.ts';
import type { Cast } from './cast.ts';
import { CHANNELS, isTrouble, NAMES } from './definitions.ts';
import { say } from './orders.ts';
import { drawGroup } from './plans.ts';

const [LEAST_MS, MOST_MS] = [200, 800];
const [PAUSED_LEAST_MS, PAUSED_MOST_MS] = [300, 2_000];
const AGAIN_MS = 100;
/** Of the jobs that are to be cancelled, how many are looked at to choose one. */
const SEEN = 10;

const STATES: readonly JobState[] = ['ready', 'blocked', 'scheduled', 'running'];

/** Pauses, resumes and cancels by hand, and writes down what it was told. What it paused last it resumes before it ends. */
export async function operate(cast: Cast): Promise<void> {
  const { context, config, stopped, tell } = cast;
  const random = new Random(config.seed, config.name);
  let isOver = false;
  const over = stopped.then(() => {
    isOver = true;
  });
  const pause = async (ms: number): Promise<void> => await Promise.race([wait(ms), over]);
  say({ says: 'ready' });
  await resumeAll(cast); // somebody was killed, perhaps, before he did it
  while (!isOver) {
    await pause(random.between(LEAST_MS, MOST_MS));
    if (random.chance(0.6)) {
      await tryTo(async () => await cancelOne(cast, random));
      continue;
    }
    const what = drawPaused(random);
    tell({ kind: 'pausing', what });
    const isPaused = await tryTo(async () => void (await context.pause(what)));
    if (isPaused) tell({ kind: 'paused', what });
    if (isPaused) await pause(random.between(PAUSED_LEAST_MS, PAUSED_MOST_MS));
    await resume(cast, what);
  }
  await resumeAll(cast);
}

/** What the database, or the way to it, refuses is not done. */
async function tryTo(act: () => Promise<void>): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (error) {
    if (!isTrouble(error)) throw error;
    return false;
  }
}

async function resumeAll(cast: Cast): Promise<void> {
  const pauses: Paused[] = [];
  const list = async (): Promise<void> => {
    for (const { what } of await cast.context.pauses()) pauses.push(what);
  };
  while (!(await tryTo(list))) await wait(AGAIN_MS);
  for (const what of pauses) await resume(cast, what);
}

/** Until it is done: jobs wait for it. */
async function resume({ context, tell }: Cast, what: Paused): Promise<void> {
  for (;;) {
    tell({ kind: 'resuming', what });
    if (await tryTo(async () => void (await context.resume(what)))) break;
    await wait(AGAIN_MS);
  }
  tell({ kind: 'resumed', what });
}

function drawPaused(random: Random): Paused {
  const kind = random.pick(['channel', 'name', 'group', 'group', 'everything'] as const);
  if (kind === 'everything') return kind;
  if (kind === 'channel') return { channel: random.pick(CHANNELS) };
  const jobName = random.pick(NAMES);
  return kind === 'name' ? { jobName } : { jobGroup: drawGroup(jobName, random) };
}

async function cancelOne({ context, tell }: Cast, random: Random): Promise<void> {
  const filter = { jobName: random.pick(NAMES), states: [random.pick(STATES)] };
  const { jobs } = await context.jobs.find(filter, { limit: SEEN });
  if (jobs.length === 0) return;
  const { id: jobId } = random.pick(jobs);
  tell({ kind: 'cancelling', jobId });
  const result = await context.jobs.cancel(jobId, { reason: 'as planned' });
  const words: readonly Cancelled[] = ['cancelled', 'running', 'over', 'notFound', 'busy'];
  const became = words.find((word) => result[word] === 1);
  if (became === undefined) throw new Error(`of one job became ${JSON.stringify(result)}`);
  tell({ kind: 'cancel told', jobId, became });
}
