import { ALONE } from '../../settings.ts';
import { isLeftBehind } from '../aborts.ts';
import type { Rule } from '../account.ts';

/** In the end nothing is left: no job, no busy group, no lease; who was asked to stop did, and left no run open. */
export const endState: Rule = ({ history, runs, processes }) => [
  ...history.remains.jobs.map(({ jobId, state }) => ({ text: `${jobId} is still ${state}`, about: [jobId] })),
  ...history.left.map(({ jobId, state }) => ({
    text: `${jobId} was still ${state} when all was to be done, without an orchestrator`,
    about: [jobId],
  })),
  // That of ticks is made anew as long as an orchestrator is there to clean it up.
  ...history.remains.groups
    .filter(({ name, running }) => name !== ALONE || running > 0)
    .map(({ name, running }) => ({
      text: `group ${name} is still there${running > 0 ? `, held by ${running} jobs` : ''}`,
      about: [name],
    })),
  // There may be nobody left to clear a lease that was left to run out.
  ...history.remains.workers
    .filter(({ process }) => process === null || processes.get(process)?.mayLeaveLease !== true)
    .map(({ lease, process }) => ({
      text: `the lease ${lease} of ${process} is still there`,
      about: process === null ? [] : [process],
    })),
  ...history.claims
    .filter(({ end }) => end === null)
    .map(({ jobId, process }) => ({ text: `the claim of ${jobId} by ${process} never ended`, about: [jobId] })),
  ...history.processes
    .filter(({ end }) => end === 'died' || end === null)
    .map(({ name, end }) => ({
      text: `${name} ${end === null ? 'never ended' : 'died by itself, or did not end well'}`,
      about: [name],
    })),
  ...runs
    .filter((run) => run.endedAt === null && processes.get(run.process)?.end === 'stopped')
    .filter((run) => !isLeftBehind(run, { processes }))
    .map(({ process, jobId }) => ({ text: `${process} stopped before its run of ${jobId} was over`, about: [jobId] })),
];
