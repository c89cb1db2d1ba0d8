import { defineStatement, type Statement } from './statement.ts';

// Within a transaction of somebody else's, to undo what a call did and nothing else. One name is enough: the latest counts.

export const setSavepoint: Statement<null, void> = defineStatement({
  name: 'bearmq_savepoint',
  text: () => 'savepoint bearmq_submit',
  encode: () => [],
  decode: () => undefined,
});

/** Undoes what was done since. The transaction goes on. */
export const rollBackToSavepoint: Statement<null, void> = defineStatement({
  name: 'bearmq_rollback_to_savepoint',
  text: () => 'rollback to savepoint bearmq_submit',
  encode: () => [],
  decode: () => undefined,
});

/** Forgets it. What was done since stays. */
export const releaseSavepoint: Statement<null, void> = defineStatement({
  name: 'bearmq_release_savepoint',
  text: () => 'release savepoint bearmq_submit',
  encode: () => [],
  decode: () => undefined,
});
