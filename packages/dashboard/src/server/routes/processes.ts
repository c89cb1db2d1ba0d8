import type { ProcessAnswer, ProcessesAnswer } from '../../api-types.ts';
import { rowOf } from '../job-rows.ts';
import { notFound } from '../refusal.ts';
import type { Call, Route } from '../route.ts';
import { wireOf } from '../wire-of.ts';

/** The most running jobs that are looked through for those of one process. */
const LOOKED_AT = 1_000;

export const processRoutes: readonly Route[] = [
  { method: 'GET', path: 'processes', channels: 'refused', handle: listProcesses },
  { method: 'GET', path: 'processes/:id', channels: 'refused', handle: showProcess },
];

async function listProcesses({ source }: Call): Promise<ProcessesAnswer> {
  return { processes: wireOf(await source.context.processes()) };
}

async function showProcess({ source, params, shown }: Call): Promise<ProcessAnswer> {
  const id = params['id'] ?? '';
  const process = (await source.context.processes()).find(({ processId }) => processId === id);
  if (process === undefined) throw notFound(`process ${id} (any more)`);
  const running = await source.context.jobs.find({ states: ['running'] }, { limit: LOOKED_AT });
  const jobs = running.jobs.filter(({ processId }) => processId === id);
  return { process: wireOf(process), jobs: jobs.map(shown).map(rowOf), isPartial: running.next !== null };
}
