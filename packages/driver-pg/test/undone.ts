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
