import type { Account, Finding } from '../account.ts';
import { grouped } from '../grouped.ts';
import { TRANSLATION_MS } from '../history.ts';

/** The warning of a sweep, with the group's name in quotes, and what was wrong. */
const MENDED = /^the job group ("(?:[^"\\]|\\.)*") was found (miscounted|stuck), and fixed/;

/**
 * Of itself no group is ever left counted wrong or stuck. Whoever deletes a job of one by hand may leave it so, each time
 * in either way at most: the job was running, and the sweep came before its process was done with it, or its process was
 * killed, or never learned that it held the job; or it was the next to run, and nobody was about to end another. So a sweep
 * has nothing to fix but what such a delete explains, and fixes that once.
 */
export function ofFixedGroups(account: Account): readonly Finding[] {
  const { history, places } = account;
  const deletes = grouped(history.deleted, ({ jobId }) => places.get(jobId)?.group ?? null);
  const fixed = history.events.flatMap(({ type, text, at, process }) => {
    const found = type === 'WARNING' && !account.isUndone(at) ? MENDED.exec(text ?? '') : null;
    if (found === null) return [];
    const [, quoted = '', kind] = found;
    return [{ group: JSON.parse(quoted) as string, kind, at, process, text }];
  });
  return [...grouped(fixed, ({ group, kind }) => `${kind} ${group}`).values()].flatMap((told) =>
    [...told]
      .sort((a, b) => a.at - b.at)
      .flatMap(({ group, at, process, text }, i) => {
        const before = (deletes.get(group) ?? []).filter((one) => one.at <= at + TRANSLATION_MS);
        if (before.length > i) return [];
        return [{ text: `${process} told without reason: ${text}`, about: [group, process] }];
      }),
  );
}
