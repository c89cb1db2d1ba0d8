import type { EnqueueOverrides } from '../../enqueue-overrides.ts';
import { InvalidOptionError } from '../../errors.ts';
import { encodeHeaders } from '../../job-headers.ts';
import type { NewJob } from '../../model/job.ts';
import type { KeyedJob, SubmitOutcome } from '../../model/unique.ts';
import { type Draft, elaborate, isElaborate } from '../../services/elaborate.ts';
import type { Services } from '../../services/services.ts';
import { KEPT_CHARS, writtenOut } from './drafts.ts';
import {
  checkEnqueueItem,
  checkItemCount,
  checkOverrides,
  type EnqueueManyOptions,
  type EnqueueOptions,
} from './enqueue-options.ts';
import { type JobMaker, NO_OVERRIDES, saysMore } from './job-maker.ts';
import type { PayloadContract } from './payload-contract.ts';
import { type Destination, sendKeyed, sendPlain, sendSingle } from './sending.ts';
import { keyOf, type ResolvedUnique } from './unique-option.ts';

interface ProducerOptions {
  readonly name: string;
  readonly maker: JobMaker;
  readonly contract: PayloadContract | undefined;
  readonly unique: ResolvedUnique | undefined;
}

/** What became of a call's jobs; the ids alone where none has a unique key, for there may be a million of them. */
interface ManySubmitted {
  readonly ids: string[];
  readonly outcomes?: readonly SubmitOutcome[] | undefined;
}

/** What the calls of a definition that enqueue go through: draft, unique key, schema, hooks and codec, insert, event. */
export class Producer {
  readonly #services: Services;
  readonly #options: ProducerOptions;

  constructor(services: Services, options: ProducerOptions) {
    this.#services = services;
    this.#options = options;
  }

  /** @param options with `awaited` where the caller waits for the end of the job. */
  async submit(
    payload: unknown,
    options: EnqueueOptions & { readonly awaited?: true } = NO_OVERRIDES,
  ): Promise<SubmitOutcome> {
    const { name, maker, contract } = this.#options;
    const headers = encodeHeaders('enqueue.headers', options.headers);
    const key = keyOf(name, this.#options.unique, options.unique, { payload, owner: 'enqueue' });
    const job = maker.make(payload, options, maker.extrasOf(headers, options, options.awaited));
    const checked = contract?.check(payload);
    if (checked !== undefined) await checked;
    const to = this.#to(options.tx);
    if (key === null && !isElaborate(this.#services)) {
      await sendSingle(to, job);
      return { jobId: job.id, outcome: 'enqueued' };
    }
    let outcome: SubmitOutcome = { jobId: job.id, outcome: 'enqueued' };
    const send = async (made: KeyedJob): Promise<void> => {
      if (key === null) await sendSingle(to, made);
      else outcome = (await sendKeyed(to, () => [made], [key], made))[0] as SubmitOutcome; // one for each
    };
    const keyed: KeyedJob = key === null ? job : { ...job, unique: key };
    if (!isElaborate(this.#services)) await send(keyed);
    else await this.#elaborate([{ job: keyed, payload }], ([draft]) => send(draft?.job as NewJob));
    return outcome;
  }

  /** A job for somebody else to insert. @throws InvalidOptionError where it would have a unique key. */
  async draft(owner: string, payload: unknown, overrides: EnqueueOverrides): Promise<NewJob> {
    const { name, maker, contract } = this.#options;
    const { unique, ...checked } = checkOverrides(owner, overrides);
    if (unique !== null && (unique !== undefined || this.#options.unique !== undefined)) {
      const problem = `cannot be a key, and ${JSON.stringify(name)} has unique keys: give unique: null for a job without one, or enqueue it in your transaction`;
      throw new InvalidOptionError(`${owner}.unique`, problem);
    }
    const headers = encodeHeaders(`${owner}.headers`, checked.headers);
    let job = maker.make(payload, checked, maker.extrasOf(headers, checked));
    await contract?.check(payload);
    if (isElaborate(this.#services)) {
      await this.#elaborate([{ job, payload }], async ([draft]) => {
        job = draft?.job as NewJob;
      });
    }
    return job;
  }

  async submitMany(items: readonly unknown[], { tx, headers }: EnqueueManyOptions): Promise<ManySubmitted> {
    const { name, contract } = this.#options;
    const drafts = this.#draftsOf(items, encodeHeaders('enqueueMany.headers', headers));
    if (contract !== undefined) {
      for (const [index, { payload }] of drafts.entries()) {
        const checked = contract.check(payload, index);
        if (checked !== undefined) await checked;
      }
    }
    const to = this.#to(tx);
    const ids = drafts.map(({ job }) => job.id);
    const keys = drafts.some(({ job }) => hasKey(job)) ? drafts.map(({ job }) => job.unique ?? null) : undefined;
    let outcomes: readonly SubmitOutcome[] | undefined;
    const send = async (made: readonly Draft[]): Promise<void> => {
      const all = (): Iterable<KeyedJob> => writtenOut(name, made);
      if (keys === undefined) await sendPlain(to, { ids, all });
      else outcomes = await sendKeyed(to, all, keys);
    };
    if (!isElaborate(this.#services) || drafts.length === 0) await send(drafts);
    else await this.#elaborate(drafts, send);
    return { ids: outcomes?.map(({ jobId }) => jobId) ?? ids, outcomes };
  }

  #draftsOf(items: readonly unknown[], ofAll: string | null): readonly Draft[] {
    checkItemCount(items);
    const { name, maker } = this.#options;
    const extrasOfAll = maker.extrasOf(ofAll);
    let chars = 0;
    const drafts: Draft[] = [];
    for (let index = 0; index < items.length; index += 1) {
      const item = checkEnqueueItem(items, index);
      const { payload = null, headers } = item;
      const own = headers === undefined ? ofAll : encodeHeaders(`enqueueMany[${index}].headers`, headers);
      const isCommon = own === ofAll && !saysMore(item);
      const extras = isCommon ? extrasOfAll : maker.extrasOf(own, item);
      const unique = keyOf(name, this.#options.unique, item.unique, { payload, owner: `enqueueMany[${index}]` });
      const job = maker.make(payload, item, extras, index);
      chars += job.payloadText.length;
      const keyed = unique === null ? job : { ...job, unique };
      drafts.push({ job: chars <= KEPT_CHARS ? keyed : { ...keyed, payloadText: null }, payload });
    }
    return drafts;
  }

  #to(tx: Destination['tx']): Destination {
    return { services: this.#services, jobName: this.#options.name, tx };
  }

  async #elaborate(drafts: readonly Draft[], insert: (drafts: readonly Draft[]) => Promise<void>): Promise<void> {
    const { hooks, settings } = this.#services;
    await elaborate(drafts, { hooks, codec: settings.payloadCodec, origin: 'enqueue' }, insert);
  }
}

function hasKey({ unique }: Draft['job']): boolean {
  return (unique ?? null) !== null;
}
