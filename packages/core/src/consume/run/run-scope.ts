import { apart, cheapStorage } from '../../runtime/async-context.ts';

/** A run, to what is started in it. */
interface Token {
  readonly scope: RunScope;
  /** Whether the work function has ended. What it left behind is not part of the run any more. */
  isOver: boolean;
}

const storage = cheapStorage<Token>();
/** Whose work function is being called, up to its first wait. */
let direct: RunScope | undefined;

/**
 * The runs of one Worker: each in an async context of its own, neither that of whoever made the Worker nor that of the
 * job before; and a way to tell whether the code at hand is part of one.
 *
 * Where a store that follows promises is dear, that is seen by the stack: engines write into it, at no cost before they
 * are asked, which functions wait for the one at hand. So what works through the jobs of a Worker has a name of its own
 * ({@link mark}).
 * It is not seen from a callback, a timer for instance.
 */
export class RunScope {
  readonly mark: string;
  readonly #follow: (work: unknown) => Promise<unknown>;

  constructor(workerId: string) {
    this.mark = `job run by ${workerId}`;
    const named = { [this.mark]: async (work: unknown): Promise<unknown> => await work };
    this.#follow = named[this.mark] as (work: unknown) => Promise<unknown>;
  }

  /** Waits for what a work function returned, for who waits with a callback: the stack names this Worker all the same. */
  follow(work: unknown): Promise<unknown> {
    return this.#follow(work);
  }

  /** Calls a work function, and returns what is to be waited for. Throws what it throws before its first wait. */
  run(work: () => unknown): unknown {
    if (storage !== undefined) return this.#runStored(storage, work);
    const before = direct;
    direct = this;
    try {
      return apart(work);
    } finally {
      direct = before;
    }
  }

  /** Whether the code at hand is part of a run of this Worker. */
  get isInside(): boolean {
    if (storage === undefined) return direct === this || wholeStack().includes(this.mark);
    const token = storage.getStore();
    return token?.scope === this && !token.isOver;
  }

  async #runStored(store: NonNullable<typeof storage>, work: () => unknown): Promise<unknown> {
    const token: Token = { scope: this, isOver: false };
    try {
      return await apart(() => store.run(token, work));
    } finally {
      token.isOver = true;
    }
  }
}

/** All that is to be had of the stack. */
function wholeStack(): string {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = Infinity;
  try {
    return String(new Error('where').stack);
  } finally {
    Error.stackTraceLimit = limit;
  }
}
