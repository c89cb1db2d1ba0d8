import { type Context, InvalidOptionError, JobDefinition, type KeyHeldUntil, PayloadError } from '@bearmq/core';
import type { SqlSession } from '@bearmq/core/driver';
import { headersOf, type LeftJob, type MovableJob } from './old-job.ts';

/** How the unique keys of jobs are held. */
export interface KeyHold {
  readonly until: KeyHeldUntil;
  readonly forSecs?: number;
}

/** A job with the definition that it is to be enqueued by. */
export interface Addressed {
  readonly job: MovableJob;
  readonly name: string;
  /** Of its key, where it has one. */
  readonly hold: KeyHold | undefined;
}

export interface Enqueued {
  /** Those that BearMQ has now, in their order. */
  readonly moved: readonly Addressed[];
  /** Of them, those for which another job stands that has their unique key. */
  readonly merged: readonly Addressed[];
  /** Those that BearMQ cannot hold. */
  readonly left: readonly LeftJob[];
}

/** Enqueues the jobs of other systems, by definitions that only enqueue: what runs them is in the user's program. */
export class ImportedJobs {
  readonly #context: Context;
  readonly #definitions = new Map<string, JobDefinition<unknown>>();

  constructor(context: Context) {
    this.#context = context;
  }

  /** In the order of the list, but for jobs of several names. Nothing is sent of one that cannot be stored. */
  async enqueue(jobs: readonly Addressed[], { tx }: { readonly tx?: SqlSession } = {}): Promise<Enqueued> {
    const byDefinition = new Map<JobDefinition<unknown>, Addressed[]>();
    for (const addressed of jobs) {
      const definition = this.#definitionOf(addressed);
      const same = byDefinition.get(definition) ?? [];
      same.push(addressed);
      byDefinition.set(definition, same);
    }
    const moved: Addressed[] = [];
    const merged: Addressed[] = [];
    const left: LeftJob[] = [];
    for (const [definition, same] of byDefinition) {
      const sent = await submit(definition, same, tx === undefined ? {} : { tx });
      moved.push(...sent.moved);
      merged.push(...sent.merged);
      left.push(...sent.left);
    }
    return { moved, merged, left };
  }

  /** Those that could be enqueued, and why the others could not. Nothing is sent. */
  async check(jobs: readonly Addressed[]): Promise<Enqueued> {
    const results: Enqueued[] = [];
    for (const job of jobs) {
      let isFine = false;
      // All that is wrong with a job is said before the first statement.
      const session: SqlSession = {
        run: async () => {
          isFine = true;
          throw new CheckedError();
        },
      };
      const result = await this.enqueue([job], { tx: session }).catch((error: unknown) => {
        if (isFine) return { moved: [job], merged: [], left: [] };
        throw error;
      });
      results.push(result);
    }
    return {
      moved: results.flatMap(({ moved }) => moved),
      merged: [],
      left: results.flatMap(({ left }) => left),
    };
  }

  #definitionOf({ name, hold }: Addressed): JobDefinition<unknown> {
    const key = JSON.stringify([name, hold]);
    const found = this.#definitions.get(key);
    if (found !== undefined) return found;
    const made = new JobDefinition<unknown>({
      context: this.#context,
      name,
      ...(hold === undefined ? {} : { unique: { key: 'each job has its own', ...hold } }),
    });
    this.#definitions.set(key, made);
    return made;
  }
}

/** Ends an enqueue that was only to be checked. */
class CheckedError extends Error {}

async function submit(
  definition: JobDefinition<unknown>,
  jobs: readonly Addressed[],
  options: { readonly tx?: SqlSession },
): Promise<Enqueued> {
  const rest = [...jobs];
  const left: LeftJob[] = [];
  while (rest.length > 0) {
    const items = rest.map(({ job, hold }) => ({
      ...job.overrides,
      payload: job.payload,
      headers: headersOf(job.origin),
      ...(hold === undefined ? {} : { unique: job.unique }),
    }));
    try {
      const outcomes = await definition.submitMany(items as never, options);
      return { moved: rest, merged: rest.filter((_, i) => outcomes[i]?.outcome === 'skipped'), left };
    } catch (error) {
      // All are checked before the first is sent, so the transaction goes on without the one that is wrong.
      const refused = refusalOf(error);
      const [one] = refused === undefined ? [] : rest.splice(refused.index, 1);
      if (refused === undefined || one === undefined) throw error;
      left.push({ queue: one.job.origin.queue, id: one.job.origin.id, reason: refused.reason });
    }
  }
  return { moved: [], merged: [], left };
}

function refusalOf(error: unknown): { readonly index: number; readonly reason: string } | undefined {
  if (error instanceof PayloadError && error.item !== undefined) {
    return { index: error.item, reason: `its payload ${error.problem}` };
  }
  if (!(error instanceof InvalidOptionError)) return undefined;
  const [, index, option = ''] = /^enqueueMany\[(\d+)\]\.?(.*)$/.exec(error.option) ?? [];
  if (index === undefined) return undefined;
  return { index: Number(index), reason: `${option} ${error.message.slice(error.option.length + 1)}`.trim() };
}
