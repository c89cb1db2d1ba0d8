import type { JobRecord, PageOptions } from '@bearmq/core';
import type { JobAnswer, JobsAnswer, PayloadHeadAnswer } from '../../api-types.ts';
import { linksOf, traceOf } from '../elsewhere.ts';
import { isoOf, rowOf } from '../job-rows.ts';
import { findNarrowed, jobNamed } from '../narrowed.ts';
import { outputModeOf, progressIn } from '../output.ts';
import { FILTER_PARAMETERS, filterIn, textIn, wholeIn, withoutEmpty } from '../query.ts';
import { badRequest, notFound, Refusal } from '../refusal.ts';
import { type Call, type Route, TextAnswer } from '../route.ts';
import { timelineOf } from '../timeline.ts';

export const jobRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: 'jobs',
    channels: 'narrowed',
    takes: [...FILTER_PARAMETERS, 'order', 'limit', 'after'],
    handle: listJobs,
  },
  { method: 'GET', path: 'jobs/:id', channels: 'narrowed', handle: showJob },
  { method: 'GET', path: 'jobs/:id/payload', channels: 'narrowed', handle: showPayload },
  { method: 'GET', path: 'jobs/:id/payload/head', channels: 'narrowed', handle: showPayloadHead },
];

async function listJobs(call: Call): Promise<JobsAnswer> {
  const { query } = call;
  const order = textIn(query, 'order') ?? 'newest';
  if (order !== 'newest' && order !== 'oldest') throw badRequest('order: must be newest or oldest');
  const after = withoutEmpty({ after: textIn(query, 'after') });
  const page: PageOptions = { order, limit: wholeIn(query, 'limit', 1, 200) ?? 50, ...after };
  const { jobs, next, isPartial, lookedBackTo } = await findNarrowed(call, filterIn(query), page);
  return { jobs: jobs.map(rowOf), next, isPartial, lookedBackTo: isoOf(lookedBackTo) };
}

async function showJob(call: Call): Promise<JobAnswer> {
  const { job, isLarge } = await jobNamed(call);
  const { errorLine, ...row } = rowOf(job);
  const mode = call.granted.payloads;
  const text = mode === 'never' || isLarge ? null : await payloadTextOf(call, job);
  return {
    ...row,
    error: job.error,
    failures: job.failures.map((failure) => ({ ...failure, at: isoOf(failure.at) })),
    headers: job.headers,
    payload: {
      mode,
      text: mode === 'show' ? text : null,
      bytes: text === null ? null : new TextEncoder().encode(text).length,
      isLarge,
    },
    output: outputModeOf(call),
    progress: await progressIn(call, job),
    timeline: timelineOf(job),
    trace: traceOf(job, call.settings),
    links: linksOf(job, call.settings),
  };
}

async function showPayload(call: Call): Promise<TextAnswer> {
  refuseHidden(call);
  const text = await payloadTextOf(call, (await jobNamed(call)).job);
  return new TextAnswer('application/json; charset=utf-8', text);
}

/** As it is stored; where jobs are redacted, what that makes of it, and one that was redacted to nothing is `null`. */
async function payloadTextOf({ source, settings, shown }: Call, { id }: Pick<JobRecord, 'id'>): Promise<string> {
  const { jobs } = source.context;
  if (settings.redact === undefined) {
    const text = await jobs.payloadText(id);
    if (text === null) throw notFound(`job ${id}`);
    return text;
  }
  const whole = await jobs.get(id);
  if (whole === null) throw notFound(`job ${id}`);
  return JSON.stringify(shown(whole).payload) ?? 'null';
}

/** A payload that is longer than that, in characters, is cut to its beginning: a page would stand still. */
const [WHOLE_CHARS, HEAD_CHARS] = [512 * 1024, 64 * 1024];

async function showPayloadHead(call: Call): Promise<PayloadHeadAnswer> {
  refuseHidden(call);
  const { source, settings } = call;
  const { job } = await jobNamed(call);
  if (settings.redact === undefined) {
    const head = await source.context.jobs.payloadHead(job.id, WHOLE_CHARS);
    if (head === null) throw notFound(`job ${job.id}`);
    return head.isWhole ? head : { ...head, text: beginning(head.text) };
  }
  const text = await payloadTextOf(call, job);
  const isWhole = text.length <= WHOLE_CHARS;
  return { text: isWhole ? text : beginning(text), bytes: new TextEncoder().encode(text).length, isWhole };
}

/** Never ends within a pair of surrogates. */
function beginning(text: string): string {
  return text.slice(0, HEAD_CHARS).replace(/[\uD800-\uDBFF]$/, '');
}

function refuseHidden({ granted }: Call): void {
  if (granted.payloads === 'never') throw new Refusal(403, 'NO_PAYLOADS', 'payloads are not shown to you');
}
