import type { KeyedJob, KeyedOutcome } from '@bearmq/core/internal';
import { type Command, command, type EnqueueItem, freshJob, shortly } from './commands.ts';
import type { Model, ModelKey } from './model.ts';
import { idOf, see } from './real.ts';

export interface UniqueItem extends EnqueueItem {
  readonly key: string;
  readonly until: ModelKey['until'];
  readonly onConflict: 'skip' | 'replace' | 'restart' | 'throw';
}

/** A list in which one may be refused is rolled back by its sender, so only single ones are. */
function asSent(items: readonly UniqueItem[]): readonly UniqueItem[] {
  if (items.length === 1) return items;
  return items.map((item) => (item.onConflict === 'throw' ? { ...item, onConflict: 'skip' } : item));
}

export const enqueueUniqueCommand = (given: readonly UniqueItem[]): Command => {
  const items = asSent(given);
  return command(`submit(${items.map(said).join(', ')})`, async (model, real) => {
    const rows: KeyedJob[] = [];
    const should = items.map((item, i): KeyedOutcome => {
      const name = `${item.name} ${item.key}`;
      const held = model.keys.get(name);
      if (held !== undefined && model.isHeld(held)) {
        rows.push(keyed(item, idOf('c', i))); // never inserted, so nobody else has that id
        return { jobId: held.jobId, outcome: met(model, held.jobId, item) };
      }
      const job = freshJob(item, model.nextNth);
      model.keys.set(name, { jobId: job.id, until: item.until });
      model.jobs.set(job.id, job);
      rows.push(keyed(item, job.id));
      return { jobId: job.id, outcome: 'enqueued' };
    });
    const outcomes = await real.queue.submit(rows);
    if (JSON.stringify(outcomes) !== JSON.stringify(should)) {
      throw new Error(`told ${JSON.stringify(outcomes)}, should be ${JSON.stringify(should)}`);
    }
    for (const { outcome } of outcomes) see(real, `jobs ${outcome}`, 1);
  });
};

/** What becomes of an item that meets the job which holds its key. */
function met(model: Model, jobId: string, { onConflict, delaySecs }: UniqueItem): KeyedOutcome['outcome'] {
  if (onConflict === 'throw') return 'refused';
  const job = model.jobs.get(jobId);
  if (onConflict === 'skip' || job === undefined || job.fence > 0) return 'skipped';
  if (onConflict === 'replace' || job.state !== 'scheduled') return 'replaced';
  job.isDue = delaySecs === 0;
  return 'restarted';
}

function keyed({ key, until, onConflict, group, ...row }: UniqueItem, id: string): KeyedJob {
  const unique = { key, until, forSecs: 0, onConflict, maxRestartSecs: null };
  return { ...row, id, jobGroup: group, payloadText: '{}', extras: null, unique };
}

function said(item: UniqueItem): string {
  return `${shortly(item)}, ${item.key} until ${item.until}, else ${item.onConflict}`;
}

export const pruneKeysCommand = (pageSize: number): Command =>
  command(`prune keys(pages of ${pageSize})`, async (model, real) => {
    const loose = [...model.keys].filter(([, key]) => !model.isHeld(key));
    for (const [name] of loose) model.keys.delete(name);
    const deleted = await real.queue.pruneKeys(pageSize);
    see(real, 'unique keys pruned', deleted);
    if (deleted !== loose.length) throw new Error(`${deleted} keys were pruned, and ${loose.length} held nothing`);
  });
