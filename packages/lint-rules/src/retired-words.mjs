// Words that the house does not use any more, each with the one it does. A pattern is matched against whole lines and
// against the paths of files, so it must not hit plain English: "is told" is a sentence, `toldJobs` was a name.

/**
 * @typedef {object} RetiredWord
 * @property {RegExp} pattern
 * @property {string} instead - an entry of GLOSSARY.md.
 * @property {string} why
 */

/** @type {readonly RetiredWord[]} */
export const retiredWords = [
  {
    pattern: /\bworker_id\b|\bp_worker\b|\bleaseId\b|(?:\b|_)(?:register|remove)_?[wW]orker\b/,
    instead: 'process',
    why: "a Worker's id is that of an object, as events and metadata name it; the row that holds a lease is a process",
  },
  {
    pattern: /\b[po]_(?:known_)?claims\b|\b(?:j|o|u|f|new|old|job|claim|held)\.claims\b/,
    instead: 'fence',
    why: 'a claim is what a process makes of a job; the number that it raises, and that fences its settle, has its own word',
  },
  {
    pattern: /\b\w*(?:[cC]laim_?[tT]old|[tT]old_?-?[jJ]ob)\w*\b|\btold-jobs?\b/,
    instead: 'announce',
    why: 'one word for saying which job has become ready, on both sides of the wire',
  },
  {
    pattern: /\b\w*(?:[a-z]Hint|Hint[A-Z]|p_hint)\w*\b|\bhint(?:Others|Anywhere|In|s?In[A-Z]\w*)\b|\bhint-sender\b/,
    instead: 'announce',
    why: 'that a notification is but a hint is true of it; its name is announcement',
  },
  {
    pattern:
      /\bhand(?:s|ed|ing)? back\b|\bhand-backs?\b|\bhand(?:ed)?Back\w*\b|\btake_?[bB]ack\w*\b|\bfree_?[gG]roups\w*\b/,
    instead: 'release',
    why: 'the field says release, and so does the event',
  },
  {
    pattern: /\b[lL]ook-?[pP]lanner\b|\blookEverywhere\b|\b[lL]ook(?:s|ing)? everywhere\b/,
    instead: 'scan',
    why: 'a database scans; a look may be at anything',
  },
  {
    pattern: /\b[cC]hannel-?[cC]hoice\b|\bSlotOwner\b/,
    instead: 'slot pool',
    why: 'it holds idle slots, and jobs that were claimed for them; nothing is chosen',
  },
  {
    pattern: /\bis(?:Dry|Hungry|BackedUp)\b/,
    instead: 'drained',
    why: 'a mood does not say what is known: isDrained, wantsJobs, hasBacklog do',
  },
  {
    pattern: /\bisMoreLikely\b|\b[ov]_unreached\b|\bisCounted\b/,
    instead: 'may have more',
    why: 'one bit has one name on both sides of the wire: mayHaveMore, isStarted',
  },
  {
    pattern: /\bv_free(?:d|_\w+)?\b/,
    instead: 'ungrouped',
    why: 'a slot is idle, a group open, a job without a group ungrouped; free was all of them',
  },
  {
    pattern: /\bupkeep\b|\b[sS]weeper\b|\bsweep_?[gG]roups\w*\b|\bFinalizedPruner\b/,
    instead: 'maintain',
    why: 'one word for the area, and a daemon is named by what it does: JobPruner, GroupPruner, SelfCheck',
  },
  {
    pattern: /\bContextParts\b|\bsetParts\b|\bpartsOf\b/,
    instead: 'services',
    why: 'what stands behind a context serves its daemons; parts say nothing of that',
  },
  {
    pattern:
      /\b[rR]ising-?[iI]d\b|\bin-words\b|\bgiving-?[wW]ay\b|\b[cC]onnection-?[fF]ate\b|\bPOLL_DEAF_MS\b|\bbenchOf\b|\bour-tables\b/,
    instead: 'plain names',
    why: 'it needed its comment to be understood: monotonicUuid, messages, withShortLockWait, ConnectionEnd, POLL_ONLY_MS, statementsOf, tables',
  },
  {
    pattern: /\b[mM]end(?:s|ed|ing)?\b/,
    instead: 'fix',
    why: 'it is what everybody looks for',
  },
];
