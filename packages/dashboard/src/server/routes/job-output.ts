import type { JobLogAnswer, JobResultAnswer } from '../../api-types.ts';
import { jobNamed } from '../narrowed.ts';
import { jsonOf, outputModeOf, shownOutput } from '../output.ts';
import { wholeIn, withoutEmpty } from '../query.ts';
import { Refusal } from '../refusal.ts';
import type { Call, Route } from '../route.ts';

/** What a job says of itself: its result, how far it is, and its lines. They are shown as its payload is, or not at all. */
export const jobOutputRoutes: readonly Route[] = [
  { method: 'GET', path: 'jobs/:id/result', channels: 'narrowed', handle: showResult },
  { method: 'GET', path: 'jobs/:id/log', channels: 'narrowed', takes: ['after', 'limit'], handle: showLog },
];

async function showResult(call: Call): Promise<JobResultAnswer> {
  refuseHidden(call);
  const { job } = await jobNamed(call);
  const none = { isKept: false, text: null };
  if (job.outcome !== 'succeeded') return none;
  const ended = await call.source.context.jobs.outcome(job.id);
  if (ended.outcome !== 'succeeded' || ended.result === undefined) return none;
  return { isKept: true, text: jsonOf(shownOutput(call, job, 'result', ended.result)) };
}

async function showLog(call: Call): Promise<JobLogAnswer> {
  refuseHidden(call);
  const { query, source } = call;
  const page = withoutEmpty({ after: wholeIn(query, 'after', 0, 1_000), limit: wholeIn(query, 'limit', 1, 1_000) });
  const { job } = await jobNamed(call);
  const { lines, next } = await source.context.jobs.log(job.id, page);
  const shown = lines.map(({ nth, at, line }) => {
    const text = shownOutput(call, job, 'log', line);
    return { nth, at: at.toISOString(), line: typeof text === 'string' ? text : jsonOf(text) };
  });
  return { lines: shown, next };
}

function refuseHidden(call: Call): void {
  if (outputModeOf(call) !== 'never') return;
  const isGranted = call.granted.payloads !== 'never';
  const why = isGranted ? 'redact is given without redactOutput' : 'payloads are not shown to you';
  throw new Refusal(403, 'NO_PAYLOADS', `what jobs return, report and log is not shown: ${why}`);
}
