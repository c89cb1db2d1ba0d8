import { InvalidOptionError } from '../../errors.ts';
import type { Extras } from '../../model/extras.ts';
import type { NewJob, SuccessParts } from '../../model/job.ts';
import { MAX_FOLLOW_UPS } from '../../model/limits.ts';

/** What a run has said of how its job is to end. Made when something is first said: most runs only return. */
export class Ending {
  /** Whether the run has asked for its job to be completed in a transaction. Whether that is committed, the database knows. */
  isCompletedInside = false;
  /** In the order of the calls; `undefined` while it is being made. */
  readonly #followUps: { job: NewJob | undefined }[] = [];
  readonly #pending = new Set<Promise<unknown>>();

  /** Keeps a job to be enqueued when this one has succeeded. Resolves to its id. Where it cannot be made, the run has failed. */
  keep(making: () => Promise<NewJob>): Promise<string> {
    const place: { job: NewJob | undefined } = { job: undefined };
    this.#followUps.push(place);
    const made = this.#make(making, place);
    this.#pending.add(made);
    made.catch(() => {}); // whoever does not wait for it is told by the outcome of the run
    return made;
  }

  async #make(making: () => Promise<NewJob>, place: { job: NewJob | undefined }): Promise<string> {
    if (this.isCompletedInside) throw new InvalidOptionError('metadata.enqueueOnSuccess', TOO_LATE);
    if (this.#followUps.length > MAX_FOLLOW_UPS) throw new InvalidOptionError('metadata.enqueueOnSuccess', TOO_MANY);
    place.job = await making();
    return place.job.id;
  }

  /** Resolves once all that was kept is made; rejects with the first failure. */
  async ready(): Promise<void> {
    await Promise.all(this.#pending);
  }

  get followUps(): readonly NewJob[] {
    return this.#followUps.flatMap(({ job }) => job ?? []);
  }
}

/** What the success of a run brings along; `undefined` for nearly all, which bring nothing. */
export function broughtAlong(
  ending: Ending | undefined,
  resultText: string | undefined,
  { isAwaited }: Pick<Extras, 'isAwaited'>,
): SuccessParts | undefined {
  if (ending === undefined && resultText === undefined && !isAwaited) return undefined;
  const followUps = ending?.followUps ?? [];
  const chars = followUps.reduce((sum, { payloadText }) => sum + payloadText.length, resultText?.length ?? 0);
  return { followUps, resultText, chars };
}

const TOO_LATE = 'must be called before completeIn, whose transaction enqueues what follows';
const TOO_MANY = `takes at most ${MAX_FOLLOW_UPS} jobs in one run: enqueue one that enqueues the others`;
