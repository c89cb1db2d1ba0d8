import { JobDefinition } from '@bearmq/core';
import type {
  CancelAnswer,
  CancelBody,
  DeleteAnswer,
  EnqueueAnswer,
  EnqueueBody,
  PriorityAnswer,
  PriorityBody,
  RetryAnswer,
  RetryBody,
  RunNowAnswer,
} from '../../api-types.ts';
import { bodyWith } from '../body-with.ts';
import { jobNamed, oneChannel } from '../narrowed.ts';
import { withoutEmpty } from '../query.ts';
import { notFound } from '../refusal.ts';
import type { Call, Route } from '../route.ts';

export const jobActionRoutes: readonly Route[] = [
  { method: 'POST', path: 'jobs', action: 'job.enqueue', channels: 'narrowed', status: 201, handle: enqueue },
  { method: 'POST', path: 'jobs/:id/retry', action: 'job.retry', channels: 'narrowed', handle: retry },
  { method: 'POST', path: 'jobs/:id/run-now', action: 'job.run-now', channels: 'narrowed', handle: runNow },
  { method: 'POST', path: 'jobs/:id/cancel', action: 'job.cancel', channels: 'narrowed', handle: cancel },
  { method: 'POST', path: 'jobs/:id/delete', action: 'job.delete', channels: 'narrowed', handle: remove },
  { method: 'POST', path: 'jobs/:id/priority', action: 'job.priority', channels: 'narrowed', handle: setPriority },
];

/** Whether there is such a job is told by what is done to it, unless it may be one that is not to be seen. */
async function idOf(call: Call): Promise<string> {
  return call.granted.channels === null ? (call.params['id'] ?? '') : (await jobNamed(call)).job.id;
}

function unlessMissing<T extends { readonly notFound: number }>(id: string, result: T): T {
  if (result.notFound > 0) throw notFound(`job ${id}`);
  return result;
}

async function retry(call: Call): Promise<RetryAnswer> {
  const options = bodyWith<RetryBody>('body', call.body, ['delaySecs']);
  const id = await idOf(call);
  return unlessMissing(id, await call.source.context.jobs.retry(id, options));
}

async function runNow(call: Call): Promise<RunNowAnswer> {
  bodyWith('body', call.body, []);
  const id = await idOf(call);
  return unlessMissing(id, await call.source.context.jobs.runNow(id));
}

async function cancel(call: Call): Promise<CancelAnswer> {
  const options = bodyWith<CancelBody>('body', call.body, ['reason']);
  const id = await idOf(call);
  return unlessMissing(id, await call.source.context.jobs.cancel(id, options));
}

async function remove(call: Call): Promise<DeleteAnswer> {
  bodyWith('body', call.body, []);
  const id = await idOf(call);
  return unlessMissing(id, await call.source.context.jobs.delete(id));
}

async function setPriority(call: Call): Promise<PriorityAnswer> {
  const body = bodyWith<PriorityBody>('body', call.body, ['priority'], ['priority']);
  const id = await idOf(call);
  return unlessMissing(id, await call.source.context.jobs.setPriority(id, body.priority as number));
}

const ENQUEUE = ['jobName', 'payload', 'channel', 'jobGroup', 'delaySecs', 'priority'] as const;

/** The definition is of another program: what it would set has the defaults of a definition here. */
async function enqueue({ source, granted, body }: Call): Promise<EnqueueAnswer> {
  const given = bodyWith<EnqueueBody>('body', body, ENQUEUE, ['jobName']);
  const { jobName, payload = null, channel, ...options } = given;
  const within = withoutEmpty({ channel: oneChannel(granted, channel) });
  const definition = new JobDefinition<unknown>({
    context: source.context,
    name: jobName as string,
    workFunction: () => {}, // never registered here
  });
  return { jobId: await definition.enqueue(payload, { ...options, ...within }) };
}
