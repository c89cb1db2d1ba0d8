import type { Fact } from '../ledger/facts.ts';
import { cancels, pauses } from './assemble-control.ts';
import { grouped } from './grouped.ts';
import type { Enqueue, History, Interval, Process, Run, Trouble, Witnessed } from './history.ts';

type Of<K extends Fact['kind']> = Fact & { readonly kind: K };

/** Makes one history of what the processes wrote down and what the database saw. */
export function assemble(facts: readonly Fact[], witnessed: Witnessed, settings: History['settings']): History {
  const clock = translator(of(facts, 'clock'));
  return {
    settings,
    enqueues: enqueues(facts),
    runs: runs(facts),
    events: of(facts, 'event').map(({ at, by, type, jobId, attempt, group, text }) => ({
      at,
      process: by,
      type,
      jobId: jobId ?? null,
      attempt: attempt ?? null,
      group: group ?? null,
      text: text ?? null,
    })),
    processes: processes(facts),
    troubles: troubles(facts),
    heldOpen: of(facts, 'held open').map(({ at, ms }) => ({ from: at, to: at + ms })),
    pauses: pauses(facts),
    cancels: cancels(facts),
    losses: of(facts, 'lost').map(({ from, to }) => ({ from, to })),
    left: of(facts, 'left').map(({ jobId, state }) => ({ jobId, state })),
    inserted: witnessed.inserted.map((row) => ({ ...row, at: clock(row.at) })),
    claims: witnessed.claims.map((row) => ({
      ...row,
      at: clock(row.at),
      endedAt: row.endedAt === null ? null : clock(row.endedAt),
    })),
    entries: witnessed.entries,
    replacements: witnessed.replacements.map((row) => ({
      ...row,
      at: clock(row.at),
      dueAt: row.dueAt === null ? null : clock(row.dueAt),
    })),
    ticks: witnessed.ticks,
    unlocks: witnessed.unlocks.map((row) => ({ ...row, at: clock(row.at) })),
    finals: witnessed.finals.map((row) => ({ ...row, at: clock(row.at) })),
    refused: witnessed.refused.map((row) => ({ ...row, ...interval(row, clock) })),
    slowed: witnessed.slowed.map((row) => ({ ...row, ...interval(row, clock) })),
    deleted: witnessed.deleted.map((row) => ({ ...row, at: clock(row.at) })),
    remains: witnessed.remains,
  };
}

/** One that has not ended is told as one that ends with `null`. */
function interval({ from, to }: { from: number; to: number | null }, clock: (wall: number) => number): Interval {
  return { from: clock(from), to: to === null ? Infinity : clock(to) };
}

function of<K extends Fact['kind']>(facts: readonly Fact[], kind: K): readonly Of<K>[] {
  return facts.filter((fact): fact is Of<K> => fact.kind === kind);
}

/** From the machine's time of day, which is the server's too, to its monotonic clock: by the nearest look at both. */
export function translator(
  samples: readonly { readonly at: number; readonly wall: number }[],
): (wall: number) => number {
  const [first] = samples;
  if (first === undefined) throw new Error('no look at the clocks was written down');
  return (wall) => {
    let [low, high] = [0, samples.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((samples[middle]?.wall ?? 0) < wall) low = middle + 1;
      else high = middle;
    }
    const nearest = samples[low] ?? first;
    return wall - nearest.wall + nearest.at;
  };
}

function enqueues(facts: readonly Fact[]): readonly Enqueue[] {
  const fates = new Map<string, Of<Enqueue['fate']>>();
  for (const fact of facts) {
    if (isFate(fact)) fates.set(fact.key, fact);
  }
  return of(facts, 'call').map(({ plan, at, by }) => {
    const fate = fates.get(plan.key);
    const told = fate?.kind === 'committed' || fate?.kind === 'met' ? fate : undefined;
    return {
      ...plan,
      by,
      calledAt: at,
      fate: fate?.kind ?? 'unknown', // its process died meanwhile
      committedAt: told?.at ?? null,
      jobId: told?.jobId ?? null,
      became: told?.kind === 'met' ? told.became : null,
      commitAt: told?.kind === 'met' ? told.commitAt : null,
    };
  });
}

function isFate(fact: Fact): fact is Of<Enqueue['fate']> {
  return ['committed', 'met', 'undone', 'unknown'].includes(fact.kind);
}

function runs(facts: readonly Fact[]): readonly Run[] {
  const ends = new Map(of(facts, 'end').map((fact) => [fact.run, fact]));
  const completions = new Map(of(facts, 'completed').map((fact) => [fact.run, fact]));
  const aborts = new Map(of(facts, 'abort').map((fact) => [fact.run, fact]));
  return of(facts, 'begin').map(({ run, jobId, key, attempt, group, by, at }) => ({
    run,
    jobId,
    key,
    attempt,
    group,
    process: by,
    startedAt: at,
    endedAt: ends.get(run)?.at ?? null,
    outcome: ends.get(run)?.outcome ?? null,
    completedAt: completions.get(run)?.at ?? null,
    abortedAt: aborts.get(run)?.at ?? null,
    abortedBy: aborts.get(run)?.why ?? null,
  }));
}

function processes(facts: readonly Fact[]): readonly Process[] {
  const unanswered = of(facts, 'event').filter(({ text }) => text?.includes('bearmq_register_process: no answer'));
  const behind = grouped(of(facts, 'still running'), ({ by }) => by);
  const hastes = new Map(of(facts, 'stopping').map((fact) => [fact.by, fact]));
  const leaving = new Set(
    [...of(facts, 'stop refused'), ...of(facts, 'still running'), ...unanswered].map(({ by }) => by),
  );
  const exits = new Map(of(facts, 'exit').map((fact) => [fact.process, fact]));
  const stops = grouped(
    [...of(facts, 'freeze'), ...of(facts, 'thaw')].sort((a, b) => a.at - b.at),
    ({ process }) => process,
  );
  const kept = new Set(of(facts, 'kept').map(({ process }) => process));
  const hogs = grouped(of(facts, 'hog'), ({ by }) => by);
  const lags = grouped(of(facts, 'lag'), ({ by }) => by);
  return of(facts, 'spawn').map(({ process, role, reach, at }) => {
    const exit = exits.get(process);
    const frozen: { from: number; to: number }[] = [];
    for (const { kind, at: when } of stops.get(process) ?? []) {
      if (kind === 'freeze') frozen.push({ from: when, to: exit?.at ?? Infinity });
      else frozen.splice(-1, 1, { from: frozen.at(-1)?.from ?? when, to: when });
    }
    return {
      name: process,
      role,
      startedAt: at,
      endedAt: exit?.at ?? null,
      end: exit?.how ?? null,
      mayLeaveLease: leaving.has(process),
      haste: hastes.get(process) ?? null,
      stillRunning: (behind.get(process) ?? []).map(({ jobId }) => jobId),
      reach,
      isKept: kept.has(process),
      hogs: (hogs.get(process) ?? []).map((hog) => ({ from: hog.at, to: hog.at + hog.ms })),
      frozen,
      lags: (lags.get(process) ?? []).map((lag) => ({ from: lag.at - lag.ms, to: lag.at })),
    };
  });
}

function troubles(facts: readonly Fact[]): readonly Trouble[] {
  const ends = new Map(of(facts, 'trouble').flatMap(({ id, phase, at }) => (phase === 'ends' ? [[id, at]] : [])));
  return of(facts, 'trouble').flatMap(({ id, of: what, phase, at }) =>
    phase === 'begins' ? [{ of: what, from: at, to: ends.get(id) ?? Infinity }] : [],
  );
}
