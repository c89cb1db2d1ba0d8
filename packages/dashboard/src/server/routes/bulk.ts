import type { JobRecord } from '@bearmq/core';
import type { BulkAnswer, BulkBody, BulkPreviewAnswer, BulkPreviewBody, CountAnswer } from '../../api-types.ts';
import { bodyWith } from '../body-with.ts';
import { type Bulk, bulkOf, hashOf } from '../bulk-filter.ts';
import { sendBulk } from '../bulk-send.ts';
import { rowOf } from '../job-rows.ts';
import { momentOf } from '../query.ts';
import { badRequest, Refusal } from '../refusal.ts';
import type { Call, Route } from '../route.ts';

export const bulkRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: 'bulk/preview',
    action: 'by-body',
    channels: 'narrowed',
    isPreview: true,
    handle: preview,
  },
  { method: 'POST', path: 'bulk', action: 'by-body', channels: 'narrowed', handle: send },
];

/** How far a preview counts, in jobs and in milliseconds; and how many jobs it shows. */
const [COUNTED, COUNT_MS, SAMPLE] = [10_000, 2_000, 5];
const PAGE = 1_000;

const PREVIEW = ['action', 'filter'] as const;
const REQUIRED = [...PREVIEW, 'before', 'filterHash'] as const;

async function preview(call: Call): Promise<BulkPreviewAnswer> {
  const body = bodyWith<BulkPreviewBody>('body', call.body, PREVIEW, PREVIEW);
  const before = new Date();
  const bulk = bulkOf(call, body, before);
  const { count, first } = await countOf(call, bulk);
  return {
    matched: count,
    sample: first.map(call.shown).map(rowOf),
    before: before.toISOString(),
    filterHash: await hashOf(call, body, before),
  };
}

async function countOf(
  { source }: Call,
  { filter }: Bulk,
): Promise<{ readonly count: CountAnswer; readonly first: readonly JobRecord[] }> {
  const until = performance.now() + COUNT_MS;
  let [value, after, first] = [0, undefined as string | undefined, undefined as readonly JobRecord[] | undefined];
  do {
    const page = { limit: PAGE, order: 'oldest', ...(after === undefined ? {} : { after }) } as const;
    const { jobs, next } = await source.context.jobs.find(filter, page);
    first ??= jobs.slice(0, SAMPLE);
    value += jobs.length;
    after = next ?? undefined;
  } while (after !== undefined && value < COUNTED && performance.now() < until);
  return { count: { value, isAtLeast: after !== undefined }, first };
}

async function send(call: Call): Promise<BulkAnswer> {
  const body = bodyWith<BulkBody>('body', call.body, [...REQUIRED, 'after', 'options'], REQUIRED);
  const before = momentOf('before', body.before);
  const bulk = bulkOf(call, body, before);
  if (body.filterHash !== (await hashOf(call, body, before))) {
    throw new Refusal(409, 'FILTER_CHANGED', 'the filter is not the one that was previewed: preview it again');
  }
  const { sent, cursor } = placeIn(body.after);
  const { bulkLimit } = call.settings;
  if (sent >= bulkLimit) {
    throw new Refusal(409, 'BULK_LIMIT', `a bulk is about ${bulkLimit} jobs at most: say more in the filter`);
  }
  const limit = Math.min(PAGE, bulkLimit - sent);
  const answer = await sendBulk(call.source.context.jobs, bulk, { limit, cursor, options: body.options ?? {} });
  return { ...answer, next: answer.next === null ? null : `${sent + limit}.${answer.next}` };
}

/** How many jobs the pages before were about at most, and where they ended. */
function placeIn(after: unknown): { readonly sent: number; readonly cursor: string | undefined } {
  if (after === undefined) return { sent: 0, cursor: undefined };
  const [, sent, cursor] = (typeof after === 'string' ? /^(\d{1,9})\.(.+)$/.exec(after) : null) ?? [];
  if (sent === undefined) throw badRequest('after: must be the next of the call before');
  return { sent: Number(sent), cursor };
}
