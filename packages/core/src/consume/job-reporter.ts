import { MAX_LOG_LINE, MAX_LOG_LINES, MAX_PROGRESS_BYTES } from '../model/limits.ts';
import { encodePayload } from '../model/payload/payload.ts';
import { isLargerThan } from '../model/payload/payload-text.ts';
import { storableText } from '../model/text.ts';
import { Daemon } from '../runtime/daemon.ts';
import type { Services } from '../services/services.ts';
import { report } from '../statements/reports.ts';
import type { Holding } from './holding.ts';

/** The least time between two reports of a process, in milliseconds. */
const INTERVAL_MS = 500;

/** So much waits to be written at most, while the database is away: what comes then is left out. */
const MOST_JOBS = 5_000;
const MOST_LINES = 10_000;

interface Line {
  readonly jobId: string;
  readonly line: string;
  readonly saidAt: number;
}

/**
 * Writes down what running jobs say of themselves: at once, and then twice a second at most, in one statement for all of the process.
 * No job waits for it, and none fails by it. Where nothing is said it does nothing.
 */
export class JobReporter extends Daemon {
  readonly #services: Services;
  #progress = new Map<string, string>();
  #lines: Line[] = [];
  #writtenAt = -Infinity;

  constructor(services: Services) {
    super({ name: 'job-reporter', onError: services.reportError });
    this.#services = services;
  }

  /** The latest counts. What cannot be kept is told by a `WARNING`. */
  noteProgress({ job }: Holding, value: unknown): void {
    let valueText: string;
    try {
      valueText = encodePayload(job.name, value);
    } catch (error) {
      this.#services.warn(
        `the progress of a job ${JSON.stringify(job.name)} cannot be kept: it must survive JSON`,
        error,
      );
      return;
    }
    if (isLargerThan(MAX_PROGRESS_BYTES, valueText)) {
      this.#services.warn(
        `the progress of a job ${JSON.stringify(job.name)} cannot be kept: it has more than ${MAX_PROGRESS_BYTES} bytes of JSON`,
      );
      return;
    }
    if (!this.#progress.has(job.id) && this.#progress.size >= MOST_JOBS) return;
    this.#progress.set(job.id, valueText);
    this.wake();
  }

  noteLine(run: Holding, line: unknown): void {
    run.lines += 1;
    if (run.lines > MAX_LOG_LINES || this.#lines.length >= MOST_LINES) return;
    this.#lines.push({ jobId: run.job.id, line: storableText(textOf(line), MAX_LOG_LINE), saidAt: this.clock.now() });
    this.wake();
  }

  /** Writes what is left, once: nobody is to wait for it. */
  override async stop(): Promise<void> {
    await super.stop();
    await this.#write().catch(() => {}); // told of before, if it is more than that the program has ended its client
  }

  protected override async tick(): Promise<number> {
    if (this.#progress.size === 0 && this.#lines.length === 0) return Infinity;
    const waitMs = this.#writtenAt + INTERVAL_MS - this.clock.now();
    if (waitMs > 0) return waitMs;
    await this.#write();
    return INTERVAL_MS;
  }

  async #write(): Promise<void> {
    if (this.#progress.size === 0 && this.#lines.length === 0) return;
    const { driver, tables } = this.#services;
    const [progress, lines] = [this.#progress, this.#lines];
    [this.#progress, this.#lines] = [new Map(), []];
    const now = this.clock.now();
    try {
      await report(driver, tables, {
        progress: [...progress].map(([jobId, valueText]) => ({ jobId, valueText })),
        lines: lines.map(({ jobId, line, saidAt }) => ({ jobId, line, ageMs: now - saidAt })),
      });
    } catch (error) {
      // What was said since is newer.
      this.#progress = new Map([...progress, ...this.#progress]);
      this.#lines = [...lines, ...this.#lines].slice(0, MOST_LINES);
      throw error;
    } finally {
      this.#writtenAt = this.clock.now();
    }
  }
}

function textOf(line: unknown): string {
  try {
    return String(line);
  } catch {
    return `a ${typeof line} that cannot be turned into text`;
  }
}
