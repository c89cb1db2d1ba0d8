/** Runs something inside of a transaction, and undoes it. */
export async function rolledBack<TTx>(
  begin: (work: (tx: TTx) => Promise<void>) => Promise<unknown>,
  work: (tx: TTx) => Promise<void>,
): Promise<void> {
  const onPurpose = new Error('rolled back on purpose');
  const undone = begin(async (tx) => {
    await work(tx);
    throw onPurpose;
  });
  await undone.catch((error: unknown) => {
    if (error !== onPurpose) throw error;
  });
}
