import type { Services } from '../services/services.ts';
import { Rescuer } from './rescuer.ts';
import { SelfCheck } from './self-check.ts';

export interface CaretakerOptions {
  readonly services: Services;
  readonly selfId: () => string | null;
  /** Jobs that others held, or that nobody would have seen, are ready. */
  readonly onReady: () => void;
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

  constructor({ services, selfId, onReady }: CaretakerOptions) {
    const intervalMs = RESCUE_INTERVAL_MS;
    this.#rescuer = new Rescuer({ services, role: 'WORKER', intervalMs, selfId, onRescued: onReady });
    this.#selfCheck = new SelfCheck({ services, intervalMs: SELF_CHECK_INTERVAL_MS, onFixed: onReady });
  }

  start(): void {
    this.#rescuer.start();
    this.#selfCheck.start(FIRST_SELF_CHECK_MS);
  }

  /** A worker process seems to be dead. */
  rescue(): void {
    this.#rescuer.wake();
  }

  async stop(): Promise<void> {
    await Promise.all([this.#rescuer.stop(), this.#selfCheck.stop()]);
  }
}
