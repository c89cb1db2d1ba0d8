import type { Explanation, JobRecord } from '@bearmq/core';
import type { ChainLink } from '../api-types.ts';

/** From a job to what keeps it from running, link by link. */
export function chainOf({ id, jobName }: JobRecord, reason: Explanation): readonly ChainLink[] {
  const job: ChainLink = { kind: 'job', id, label: jobName };
  switch (reason.kind) {
    case 'running':
    case 'process-dead':
      return [job, processLink(reason)];
    case 'paused':
      return [job, { kind: 'pause', id: reason.name, label: reason.name ?? reason.what }];
    case 'group-busy': {
      const group = groupLink(reason.jobGroup);
      const holder: ChainLink = { kind: 'job', id: reason.jobId, label: 'the job that holds it' };
      return [job, group, holder, processLink(reason)];
    }
    case 'group-order':
      return [job, groupLink(reason.jobGroup), { kind: 'job', id: reason.aheadJobId, label: 'the job before it' }];
    case 'group-rate':
      return [job, groupLink(reason.jobGroup)];
    case 'limit':
    case 'rate':
      return [
        job,
        { kind: 'limit', id: reason.name, label: `the ${reason.kind} of the ${reason.what} ${reason.name}` },
      ];
    case 'held': {
      const pid = reason.pid === null ? null : String(reason.pid);
      return [job, { kind: 'session', id: pid, label: pid === null ? 'a transaction' : `the session with pid ${pid}` }];
    }
    default:
      return [job];
  }
}

function groupLink(jobGroup: string): ChainLink {
  return { kind: 'group', id: jobGroup, label: jobGroup };
}

function processLink({
  processId,
  host,
  pid,
}: {
  readonly processId: string | null;
  readonly host: string | null;
  readonly pid: number | null;
}): ChainLink {
  const label = host === null ? (processId ?? 'a process that is gone') : `${host} · ${pid}`;
  return { kind: 'process', id: processId, label };
}
