import type { Account, Finding, Rule } from '../account.ts';
import { grouped } from '../grouped.ts';
import { type Event, TRANSLATION_MS } from '../history.ts';
import { ofFixedGroups } from './fixed-groups.ts';
import { ofSettlements } from './settlement-events.ts';

/** Events tell what happened, after the commit, once; a process that stopped in order has left none out. */
export const events: Rule = (account) => [
  ...ofRuns(account),
  ...ofEnqueues(account),
  ...ofOthers(account),
  ...ofSettlements(account),
  ...ofFixedGroups(account),
];

/** `WORKER_JOB_RUN` comes before each run. */
function ofRuns({ runs, history }: Account): readonly Finding[] {
  const keyOf = (jobId: string | null, attempt: number | null, process: string): string =>
    `${jobId} ${attempt} ${process}`;
  const told = grouped(
    history.events.filter(({ type }) => type === 'WORKER_JOB_RUN'),
    ({ jobId, attempt, process }) => keyOf(jobId, attempt, process),
  );
  const begun = grouped(runs, ({ jobId, attempt, process }) => keyOf(jobId, attempt, process));
  return [...new Set([...told.keys(), ...begun.keys()])].flatMap((key) => {
    const announced = told.get(key) ?? [];
    const begins = begun.get(key) ?? [];
    const [jobId = '', attempt, process = ''] = key.split(' ');
    const isBefore = begins.every(({ startedAt }, i) => (announced[i]?.at ?? Infinity) <= startedAt);
    // A process may be killed between the event and the run.
    const isCutOff = history.processes.find(({ name }) => name === process)?.end !== 'stopped';
    const isRight = isBefore && announced.length - begins.length <= (isCutOff ? 1 : 0);
    const counts = `${announced.length} events and ${begins.length} runs`;
    return isRight ? [] : [{ text: `${counts} of attempt ${attempt} of ${jobId} in ${process}`, about: [jobId] }];
  });
}

/** `JOB_DEFINITION_JOB_ENQUEUE` comes for what `enqueue` committed, and not for what the caller's transaction did. */
function ofEnqueues({ history, plans, processes }: Account): readonly Finding[] {
  const told = grouped(
    history.events.filter(({ type }) => type === 'JOB_DEFINITION_JOB_ENQUEUE'),
    ({ jobId }) => jobId,
  );
  return history.inserted.flatMap(({ jobId, at }) => {
    const own = told.get(jobId) ?? [];
    const plan = plans.get(jobId);
    const most = plan === undefined || plan.how === 'transaction' ? 0 : 1;
    const isDue = most === 1 && plan?.fate === 'committed' && processes.get(plan.by)?.end === 'stopped';
    const found: string[] = [];
    if (own.length > most || (isDue && own.length === 0))
      found.push(`${jobId} was told of ${own.length} times as enqueued`);
    if (own.some((event) => event.at < at - TRANSLATION_MS)) found.push(`${jobId} was told of before it was enqueued`);
    return found.map((text) => ({ text, about: [jobId] }));
  });
}

/** Rescues, ticks, unlocks: no more often than they happened. And what is never to be told. */
function ofOthers(account: Account): readonly Finding[] {
  const { history, claimsOf, tickIds } = account;
  const count = (type: RegExp, of: (event: Event) => string | null): ReadonlyMap<string, number> => {
    const lasting = history.events.filter(({ at }) => !account.isUndone(at));
    const fitting = lasting.filter((event) => type.test(event.type) && of(event) !== null);
    return new Map([...grouped(fitting, of)].map(([key, list]) => [key as string, list.length]));
  };
  const rescued = [...count(/_JOB_RESCUE$/, ({ jobId }) => jobId)].filter(
    ([jobId, n]) =>
      n > (claimsOf.get(jobId) ?? []).filter((claim) => claim.end === 'taken back' && claim.isLeaseOver).length,
  );
  const scheduled = [...count(/^ORCHESTRATOR_JOB_SCHEDULE$/, ({ jobId }) => jobId)].filter(
    ([jobId, n]) => n > 1 || !tickIds.has(jobId),
  );
  const unlocked = [...count(/_JOB_GROUP_UNLOCK$/, ({ group }) => group)].filter(
    ([group, n]) => n > history.unlocks.filter((unlock) => unlock.group === group).length,
  );
  const unwanted = history.events.filter(({ type }) => type === 'EVENT_HANDLER_ERROR');
  return [
    ...rescued.map(([jobId, n]) => ({ text: `${jobId} was told of as rescued ${n} times, too often`, about: [jobId] })),
    ...scheduled.map(([jobId, n]) => ({ text: `${jobId} was told of as scheduled ${n} times`, about: [jobId] })),
    ...unlocked.map(([group, n]) => ({
      text: `group ${group} was told of as opened ${n} times, too often`,
      about: [group],
    })),
    ...unwanted.map(({ process, type, text }) => ({ text: `${process} told: ${type} ${text}`, about: [process] })),
  ];
}
