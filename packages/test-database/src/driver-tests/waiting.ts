const DEADLINE_MS = 15_000;

/** Settles as the promise does; fails when that takes too long. */
export async function soon<T>(what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${DEADLINE_MS} ms in vain: ${what}`)), DEADLINE_MS);
  });
  return await Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Asks again and again until the answer is yes. */
export async function eventually(what: string, probe: () => boolean | Promise<boolean>): Promise<void> {
  const until = performance.now() + DEADLINE_MS;
  while (!(await probe())) {
    if (performance.now() > until) throw new Error(`waited ${DEADLINE_MS} ms in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** What a promise rejects with; fails when it resolves. */
export async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  let rejection: { readonly reason: unknown } | undefined;
  await promise.catch((reason: unknown) => {
    rejection = { reason };
  });
  if (rejection === undefined) throw new Error('expected a rejection');
  return rejection.reason;
}
