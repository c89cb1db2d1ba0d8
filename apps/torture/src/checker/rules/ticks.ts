import { ALL_TICKS } from '../../settings.ts';
import type { Rule } from '../account.ts';
import { grouped } from '../grouped.ts';
import type { Inserted } from '../history.ts';
import type { Tick } from '../witnessed-rows.ts';

const SECOND_MS = 1_000;

/** The database counts in whole microseconds. */
const GRID_MS = 0.1;

/**
 * Each tick of a repeating job is enqueued once, on the grid of the first; those that were missed are made up for by
 * one, the first that was missed. Each tick of a schedule is enqueued once, in whole seconds as its expression has them;
 * where all are to be made up for, none is left out.
 */
export const ticks: Rule = (account) => [...ofRepeats(account), ...ofSchedules(account)];

const ofSchedules: Rule = ({ history, finalsOf }) => {
  const scheduled = history.inserted.flatMap(({ tick, ...row }) => (tick === null ? [] : [{ ...row, ...tick }]));
  const failed = scheduled.filter(({ jobId }) => finalsOf.get(jobId)?.some(({ outcome }) => outcome !== 'succeeded'));
  return [
    ...failed.map(({ jobId }) => ({ text: `the tick ${jobId} failed`, about: [jobId] })),
    ...[...grouped(scheduled, ({ name, key }) => `${name} ${key}`)].flatMap(([schedule, own]) => {
      const sorted = [...own].sort((a, b) => a.dueAtMs - b.dueAtMs);
      return sorted.flatMap((one, i) =>
        wrongOf(one, sorted[i + 1]).map((text) => ({ text: `${schedule}: ${text}`, about: [one.jobId] })),
      );
    }),
  ];
};

type Scheduled = Pick<Inserted, 'jobId'> & { readonly key: string; readonly dueAtMs: number };

function wrongOf({ key, dueAtMs }: Scheduled, next: Scheduled | undefined): readonly string[] {
  const found: string[] = [];
  if (dueAtMs % SECOND_MS !== 0) found.push(`a tick was due at ${dueAtMs}, which is no whole second`);
  if (next?.dueAtMs === dueAtMs) found.push(`the tick due at ${dueAtMs} was enqueued twice`);
  const isLeftOut = key === ALL_TICKS && next !== undefined && next.dueAtMs > dueAtMs + SECOND_MS;
  if (isLeftOut) found.push(`after the tick due at ${dueAtMs}, none until ${next.dueAtMs}`);
  return found;
}

const ofRepeats: Rule = ({ history, finalsOf }) => {
  const ids = history.ticks.map(({ jobId }) => jobId);
  const twice = ids.filter((id, i) => ids.indexOf(id) !== i);
  const lost = ids.filter((id) => !history.inserted.some(({ jobId }) => jobId === id));
  const failed = ids.filter((id) => finalsOf.get(id)?.some(({ outcome }) => outcome !== 'succeeded'));
  return [
    ...twice.map((jobId) => ({ text: `two ticks have one job, ${jobId}`, about: [jobId] })),
    ...lost.map((jobId) => ({ text: `the tick ${jobId} has no job`, about: [jobId] })),
    ...failed.map((jobId) => ({ text: `the tick ${jobId} failed`, about: [jobId] })),
    ...[...grouped(history.ticks, ({ name }) => name)].flatMap(([name, own]) => {
      const sorted = [...own].sort((a, b) => a.dueAt - b.dueAt || a.firedAt - b.firedAt);
      return sorted.flatMap((tick, i) =>
        wrong(tick, sorted[i + 1], history.settings.repeatSecs * 1000).map((text) => ({
          text: `${name}: ${text}`,
          about: [tick.jobId],
        })),
      );
    }),
  ];
};

function wrong({ dueAt, firedAt, nextAt }: Tick, next: Tick | undefined, repeatMs: number): readonly string[] {
  const found: string[] = [];
  const steps = (nextAt - dueAt) / repeatMs;
  const off = Math.abs(steps - Math.round(steps)) * repeatMs;
  if (firedAt < dueAt - GRID_MS) found.push(`a tick came ${Math.round(dueAt - firedAt)} ms too early`);
  if (off > GRID_MS || steps < 0.5) found.push(`the tick after ${dueAt} is due ${Math.round(nextAt - dueAt)} ms later`);
  if (nextAt < firedAt - GRID_MS || nextAt - repeatMs > firedAt + GRID_MS) {
    found.push(`after the tick of ${dueAt}, fired at ${firedAt}, the next is due at ${nextAt}`);
  }
  if (next !== undefined && Math.abs(next.dueAt - nextAt) > GRID_MS) {
    found.push(`the tick due at ${nextAt} was not enqueued, or twice: the next was due at ${next.dueAt}`);
  }
  return found;
}
