import type { Output } from '../output/output.ts';
import type { Column } from '../output/table.ts';
import { plural } from '../output/words.ts';
import type { LeftJob } from './old-job.ts';
import { type FoundSchedule, linesOf } from './schedule.ts';

interface Moved {
  readonly queue: string;
  readonly name: string;
  jobs: number;
}

interface Left {
  readonly queue: string;
  readonly reason: string;
  jobs: number;
  /** The first few. */
  readonly ids: string[];
}

const IDS = 3;

const LEFT_COLUMNS: readonly Column<Left>[] = [
  { title: 'queue', of: ({ queue }) => queue },
  { title: 'jobs', of: ({ jobs }) => String(jobs), side: 'right' },
  { title: 'reason', of: ({ reason }) => reason },
  { title: 'ids', of: idsOf },
];

/** What an import came to: what was moved, and what was left where it is, with the reasons. */
export class ImportReport {
  readonly #moved = new Map<string, Moved>();
  readonly #left = new Map<string, Left>();
  /** Jobs that were not enqueued, since one that waits has their unique key. */
  merged = 0;
  /** Jobs that the other system runs now. */
  running = 0;
  readonly schedules: FoundSchedule[] = [];

  addMoved(queue: string, name: string, jobs: number): void {
    const key = JSON.stringify([queue, name]);
    const found = this.#moved.get(key) ?? { queue, name, jobs: 0 };
    found.jobs += jobs;
    this.#moved.set(key, found);
  }

  addLeft(job: LeftJob): void {
    const found = this.#leftOf(job.queue, job.reason);
    found.jobs += 1;
    if (found.ids.length < IDS) found.ids.push(job.id);
  }

  /** All of a queue, without a look at each. */
  addQueueLeft(queue: string, reason: string, jobs: number): void {
    this.#leftOf(queue, reason).jobs += jobs;
  }

  get moved(): number {
    return [...this.#moved.values()].reduce((sum, { jobs }) => sum + jobs, 0);
  }

  get left(): number {
    return [...this.#left.values()].reduce((sum, { jobs }) => sum + jobs, 0);
  }

  /** Whether all that was found is moved, or was set. */
  get isComplete(): boolean {
    return this.left === 0 && this.schedules.every(({ problem }) => problem === undefined);
  }

  write(output: Output, system: string, isTrial: boolean): void {
    const [moved, left] = [[...this.#moved.values()], [...this.#left.values()]];
    if (output.isJson) {
      output.json({
        dryRun: isTrial,
        moved,
        left,
        merged: this.merged,
        running: this.running,
        schedules: this.schedules,
      });
      return;
    }
    const verb = isTrial ? 'would move' : 'moved';
    output.line(`${verb} ${plural(this.moved, 'job')}`);
    if (moved.length > 0) {
      output.table(
        [
          { title: 'queue', of: ({ queue }) => queue },
          { title: 'job', of: ({ name }) => name },
          { title: 'jobs', of: ({ jobs }) => String(jobs), side: 'right' },
        ],
        moved,
      );
    }
    if (this.merged > 0) {
      output.line(`${plural(this.merged, 'job')} of them had the unique key of a waiting job, which stands for it`);
    }
    if (this.running > 0) output.line(`left ${plural(this.running, 'job')} that ${system} runs now`);
    if (left.length > 0) {
      output.line(`left ${plural(this.left, 'job')} in ${system}`);
      if (output.isPlain) output.table(LEFT_COLUMNS, left);
      // Not as a table: that would cut what says why.
      for (const one of output.isPlain ? [] : left) {
        output.line(`  ${one.queue}, ${plural(one.jobs, 'job')}: ${one.reason}`);
        if (one.ids.length > 0) output.line(`    ${idsOf(one)}`);
      }
    }
    for (const line of linesOf(this.schedules, system)) output.line(line);
  }

  #leftOf(queue: string, reason: string): Left {
    const key = JSON.stringify([queue, reason]);
    const found = this.#left.get(key) ?? { queue, reason, jobs: 0, ids: [] };
    this.#left.set(key, found);
    return found;
  }
}

/** The first few. */
function idsOf({ ids, jobs }: Left): string {
  return `${ids.join(' ')}${jobs > ids.length && ids.length > 0 ? ' …' : ''}`;
}
