/** Runs something inside of a transaction that it ends by calling `undo`, which throws: nothing of it must remain. */
export async function undone(begin: (undo: () => never) => Promise<unknown>): Promise<void> {
  const onPurpose = new Error('rolled back on purpose');
  const transaction = begin(() => {
    throw onPurpose;
  });
  await transaction.catch((error: unknown) => {
    if (error !== onPurpose) throw error;
  });
}

/** Has `begin` run a transaction, or a savepoint, that does `work` and ends with a rollback. */
export async function rolledBack<TTx>(
  begin: (work: (tx: TTx) => Promise<void>) => Promise<unknown>,
  work: (tx: TTx) => Promise<void>,
): Promise<void> {
  await undone((undo) =>
    begin(async (tx) => {
      await work(tx);
      undo();
    }),
  );
}
