import type { Services } from '../services/services.ts';
import { Rescuer } from './rescuer.ts';
import { SelfCheck } from './self-check.ts';
import { FIRST_UNSERVED_MS, UnservedCheck } from './unserved-check.ts';

export interface CaretakerOptions {
  readonly services: Services;
  readonly selfId: () => string | null;
  /** Jobs that others held, or that nobody would have seen, are ready. */
  readonly onReady: () => void;
  /** It has looked for dead workers; see {@link Rescuer}. */
  readonly onLooked?: ((isAnyOverdue: boolean) => void) | undefined;
}

/** How often to look for dead workers when no claim and no renewal saw one, in milliseconds. */
const RESCUE_INTERVAL_MS = 60_000;

/** When and how often to look for groups that a delete by hand has left stuck, in milliseconds. */
const FIRST_SELF_CHECK_MS = 1_500;
const SELF_CHECK_INTERVAL_MS = 8_000;

/** What a process with workers does for those of others, so that nothing but repeats and clean-up needs an orchestrator. */
export class Caretaker {
  readonly #rescuer: Rescuer;
  readonly #selfCheck: SelfCheck;
  readonly #unservedCheck: UnservedCheck;

  constructor({ services, selfId, onReady, onLooked }: CaretakerOptions) {
    const intervalMs = RESCUE_INTERVAL_MS;
    this.#rescuer = new Rescuer({ services, role: 'WORKER', intervalMs, selfId, onRescued: onReady, onLooked });
    this.#selfCheck = new SelfCheck({ services, intervalMs: SELF_CHECK_INTERVAL_MS, onFixed: onReady });
    this.#unservedCheck = new UnservedCheck(services);
  }

  start(): void {
    this.#rescuer.start();
    this.#selfCheck.start(FIRST_SELF_CHECK_MS);
    this.#unservedCheck.start(FIRST_UNSERVED_MS);
  }

  /** A worker process seems to be dead. */
  rescue(): void {
    this.#rescuer.wake();
  }

  async stop(): Promise<void> {
    await Promise.all([this.#rescuer.stop(), this.#selfCheck.stop(), this.#unservedCheck.stop()]);
  }
}
