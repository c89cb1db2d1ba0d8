import { type Claim, type Event, RECORDED, TRANSLATION_MS, UNSPENT } from './history.ts';

/**
 * What was told of claims whose end is known to the database. One may be told of late, when the same process has claimed the
 * job again: it says nothing of that claim.
 */
export function lastingRecords(
  claims: readonly Claim[],
  recorded: ReadonlyMap<string, readonly Event[]>,
): ReadonlySet<Event> {
  const lasting = new Set<Event>();
  for (const { jobId, process, end, endedAt, isSpent } of claims) {
    if (endedAt === null || (end !== 'returned' && end !== 'finalized')) continue;
    for (const word of RECORDED) {
      if (end === 'returned' && UNSPENT.includes(word) === isSpent) continue;
      const told = recorded.get(`${jobId} ${process}`) ?? [];
      const own = told.find(
        (event) => event.type === word && event.at >= endedAt - TRANSLATION_MS && !lasting.has(event),
      );
      if (own !== undefined) lasting.add(own);
    }
  }
  return lasting;
}
