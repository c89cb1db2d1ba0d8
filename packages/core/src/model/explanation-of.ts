import type { Explanation, ToldReason } from './explanation.ts';
import { dateIn, type JobOutcome } from './job-record.ts';

/** Makes a sentence of it, and says what to do, where there is something to be done. */
export function explanationOf(id: string, { kind, facts: f }: ToldReason): Explanation {
  const since = dateIn(f['since']);
  const place = f['host'] === null ? `process ${f['processId']}` : `process ${f['pid']} on ${f['host']}`;
  const holder = { processId: text(f['processId']), host: text(f['host']), pid: number(f['pid']), since };
  const load = { slots: Number(f['slots']), running: Number(f['running']), ahead: Number(f['ahead']) };
  switch (kind) {
    case 'over': {
      const outcome = f['outcome'] as JobOutcome;
      return { kind, outcome, at: dateIn(f['at']), sentence: `It is over: it ${ENDED[outcome]}.`, remedy: null };
    }
    case 'running': {
      const isCancelled = f['isCancelled'] === true;
      const isStarted = f['isStarted'] === true;
      const what = isStarted ? 'It runs in' : 'It was claimed, and starts in a moment or has just started, in';
      const told = isCancelled ? '; it was told to end' : '';
      return {
        kind,
        ...holder,
        isStarted,
        isCancelled,
        sentence: `${what} ${place} since ${when(since)}${told}.`,
        remedy: null,
      };
    }
    case 'process-dead':
      return {
        kind,
        ...holder,
        leaseExpiresAt: dateIn(f['leaseExpiresAt']),
        sentence: `It was claimed by ${place}, which has given no sign of life since its lease ran out: it is put back soon.`,
        remedy: 'any Worker or Orchestrator of this schema puts it back within seconds; start one if none runs',
      };
    case 'paused': {
      const name = text(f['name']);
      const what = f['what'] as 'everything' | 'channel' | 'name' | 'group';
      const reason = text(f['reason']);
      const of = what === 'everything' ? 'Everything is' : `The ${what} ${JSON.stringify(name)} is`;
      const why = reason === null ? '' : ` (${reason})`;
      return {
        kind,
        what,
        name,
        since,
        reason,
        sentence: `${of} paused since ${when(since)}${why}.`,
        remedy: 'resume it',
      };
    }
    case 'due': {
      const why = f['why'] as 'delay' | 'retry' | 'snooze';
      const at = dateIn(f['at']);
      const older = number(f['newerThan']);
      const left =
        why === 'snooze' && older !== null
          ? `, or a process that knows payloads up to version ${older} has left it to newer ones, for its own has ${f['version']}`
          : '';
      const sentence = `It may run at ${when(at)}: ${WAITS[why]}${left}.`;
      const remedy = 'wait, or run it now';
      return { kind, at, inSecs: number(f['inSecs']), why, lastError: text(f['lastError']), sentence, remedy };
    }
    case 'pending':
      return { kind, sentence: 'It waits for other jobs, or for a signal.', remedy: null };
    case 'group-busy': {
      const [jobGroup, jobId] = [String(f['jobGroup']), text(f['jobId'])];
      const sentence = `Its group ${JSON.stringify(jobGroup)} is busy: job ${jobId} runs in ${place} since ${when(since)}.`;
      return { kind, jobGroup, jobId, ...holder, sentence, remedy: null };
    }
    case 'group-rate': {
      const [jobGroup, at] = [String(f['jobGroup']), dateIn(f['at'])];
      const sentence = `Its group ${JSON.stringify(jobGroup)} has had all the starts of its rate, and the next one at ${when(at)}.`;
      return { kind, jobGroup, at, sentence, remedy: null };
    }
    case 'group-order': {
      const [jobGroup, aheadJobId] = [String(f['jobGroup']), String(f['aheadJobId'])];
      const sentence = `In its group ${JSON.stringify(jobGroup)} job ${aheadJobId} comes before it.`;
      return { kind, jobGroup, aheadJobId, sentence, remedy: `find out what the job ${aheadJobId} waits for` };
    }
    case 'held': {
      const pid = number(f['pid']);
      const who = pid === null ? 'A transaction' : `The transaction of the session with pid ${pid}`;
      const open = since === null ? '' : `, open since ${when(since)},`;
      const sentence = `${who}${open} holds its row, and every claim passes over it.`;
      return { kind, pid, since, sentence, remedy: 'end that transaction: see pg_stat_activity' };
    }
    case 'no-worker': {
      const [jobName, channel, live] = [String(f['jobName']), String(f['channel']), Number(f['liveProcesses'])];
      const starting = Number(f['startingProcesses']);
      const others =
        live === 0
          ? 'no process runs Workers at all'
          : live === 1
            ? `the one that runs takes others`
            : `the ${live} that run take others`;
      const since = starting === 0 ? '' : `, as far as they have said: ${starting} started within the last seconds`;
      const remedy = 'start a Worker for that channel in a process that has registered the definition';
      return {
        kind,
        jobName,
        channel,
        liveProcesses: live,
        startingProcesses: starting,
        sentence: `No Worker takes ${JSON.stringify(jobName)} in the channel ${JSON.stringify(channel)}: ${others}${since}.`,
        remedy: starting === 0 ? remedy : `ask again in a few seconds; if it is so still, ${remedy}`,
      };
    }
    case 'payload-newer': {
      const [jobName, version, known, at] = [
        String(f['jobName']),
        Number(f['version']),
        Number(f['known']),
        dateIn(f['at']),
      ];
      const again = at === null ? '' : `, and are asked again at ${when(at)}`;
      return {
        kind,
        jobName,
        version,
        known,
        at,
        sentence: `Its payload has version ${version}, and the processes that take ${JSON.stringify(jobName)} know up to ${known}: they leave it to newer ones${again}.`,
        remedy: `start a Worker whose definition has a payloadVersion of ${version} or more: that of the release that enqueued it`,
      };
    }
    case 'limit': {
      const [what, name] = [f['what'] as 'name' | 'channel', String(f['name'])];
      const [running, max] = [Number(f['running']), Number(f['max'])];
      const sentence = `The ${what} ${JSON.stringify(name)} is at its limit: ${running} run, and at most ${max} may.`;
      return {
        kind,
        what,
        name,
        running,
        max,
        sentence,
        remedy: 'it starts when one of those has ended; a higher limit allows more',
      };
    }
    case 'rate': {
      const [what, name, at] = [f['what'] as 'name' | 'channel', String(f['name']), dateIn(f['at'])];
      const sentence = `The ${what} ${JSON.stringify(name)} has had all the starts of its rate, and the next one at ${when(at)}.`;
      return { kind, what, name, at, sentence, remedy: null };
    }
    case 'workers-busy':
      return {
        kind,
        ...load,
        sentence: `All ${load.slots} slots of the Workers that take it are in use, and ${load.ahead} jobs are before it.`,
        remedy: 'more Workers, or more concurrency, have it start sooner',
      };
    case 'about-to-start':
      return { kind, ...load, sentence: `A Worker with an idle slot takes it: it is about to start.`, remedy: null };
    default:
      return { kind: 'unknown', sentence: `There is no job ${id}; it may have been deleted.`, remedy: null };
  }
}

const ENDED: Readonly<Record<JobOutcome, string>> = {
  succeeded: 'succeeded',
  failed: 'failed',
  cancelled: 'was cancelled',
};

const WAITS = {
  delay: 'it was enqueued with a delay, or for that time',
  retry: 'an attempt has failed, and the pause after it is not over',
  snooze: 'it has put itself off',
} as const;

function when(moment: Date | null): string {
  return moment?.toISOString() ?? 'a time that is not known';
}

function text(said: unknown): string | null {
  return typeof said === 'string' ? said : null;
}

function number(said: unknown): number | null {
  return typeof said === 'number' ? said : null;
}
