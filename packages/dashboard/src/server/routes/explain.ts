import type { ExplainAnswer } from '../../api-types.ts';
import { chainOf } from '../chain.ts';
import { jobNamed } from '../narrowed.ts';
import type { Call, Route } from '../route.ts';
import { wireOf } from '../wire-of.ts';

export const explainRoutes: readonly Route[] = [
  { method: 'GET', path: 'jobs/:id/explain', channels: 'narrowed', handle: explain },
];

async function explain(call: Call): Promise<ExplainAnswer> {
  const { job } = await jobNamed(call);
  const told = await call.source.context.jobs.explain(job.id);
  // An error is shown as the job's own is, which may have been redacted.
  const explanation = told.kind === 'due' && told.lastError !== null ? { ...told, lastError: job.error } : told;
  return { ...wireOf(explanation), asOf: new Date().toISOString(), chain: chainOf(job, explanation) };
}
