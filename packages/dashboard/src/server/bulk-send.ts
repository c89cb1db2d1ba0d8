import type { Jobs } from '@bearmq/core';
import type { BulkAction, BulkAnswer, BulkBody } from '../api-types.ts';
import { bodyWith } from './body-with.ts';
import type { Bulk } from './bulk-filter.ts';
import { badRequest } from './refusal.ts';

interface Page {
  readonly limit: number;
  readonly cursor: string | undefined;
  readonly options: NonNullable<BulkBody['options']>;
}

/** What each takes. */
const OPTIONS: Readonly<Record<BulkAction, readonly (keyof Page['options'])[]>> = {
  'job.retry': ['delaySecs'],
  'job.run-now': [],
  'job.cancel': ['reason'],
  'job.delete': [],
  'job.priority': ['priority'],
};

/** Does it to a page of the jobs. */
export async function sendBulk(
  jobs: Jobs,
  { action, filter }: Bulk,
  { limit, cursor, options }: Page,
): Promise<BulkAnswer> {
  const { priority, ...others } = bodyWith<Page['options']>('body.options', options, OPTIONS[action]);
  const page = { limit, ...(cursor === undefined ? {} : { after: cursor }), ...others };
  switch (action) {
    case 'job.retry': {
      const { retried, refused, notFound, next } = await jobs.retry(filter, page);
      const busy = refused.filter(({ why }) => why === 'busy').length;
      return answer(retried, { busy, gone: notFound, refused: refused.length - busy }, next);
    }
    case 'job.run-now': {
      const { promoted, waiting, running, over, notFound, busy, next } = await jobs.runNow(filter, page);
      return answer(promoted, { running, busy, gone: over + notFound, refused: waiting }, next);
    }
    case 'job.cancel': {
      const { cancelled, running, over, notFound, busy, next } = await jobs.cancel(filter, page);
      return answer(cancelled, { running, busy, gone: over + notFound }, next);
    }
    case 'job.delete': {
      const { deleted, running, notFound, busy, next } = await jobs.delete(filter, page);
      return answer(deleted, { running, busy, gone: notFound }, next);
    }
    case 'job.priority': {
      if (priority === undefined) throw badRequest('options.priority: is missing');
      const { changed, running, over, notFound, busy, next } = await jobs.setPriority(filter, priority, page);
      return answer(changed, { running, busy, gone: over + notFound }, next);
    }
  }
}

function answer(done: number, skipped: Partial<BulkAnswer['skipped']>, next: string | null): BulkAnswer {
  return { done, skipped: { busy: 0, gone: 0, running: 0, refused: 0, ...skipped }, next };
}
