import type { TestSchema } from './database.ts';
import { DEADLINE_MS } from './events.ts';

const INTERVAL_MS = 10;

/** Resolves to the first value of `probe` that is neither undefined nor false. Rejects at the deadline, with its name. */
export async function until<T>(
  what: string,
  probe: () => T | Promise<T>,
  deadlineMs: number = DEADLINE_MS,
): Promise<Exclude<T, undefined | false>> {
  const end = performance.now() + deadlineMs;
  for (;;) {
    const value = await probe();
    if (value !== undefined && value !== false) return value as Exclude<T, undefined | false>;
    if (performance.now() > end) throw new Error(`waited ${deadlineMs} ms until ${what}`);
    await new Promise((next) => setTimeout(next, INTERVAL_MS));
  }
}

const gates = new Set<() => void>();

/** A promise and the means to settle it: the way in which tests and work functions meet. */
export function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open: () => void = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  gates.add(open);
  return { opened, open };
}

/** So that a test that failed before it opened its gates leaves no work function waiting. */
export function openAllGates(): void {
  for (const open of gates) open();
  gates.clear();
}

/** Resolves once `count` worker processes listen to the schema, and hold their locks. */
export async function listening(schema: TestSchema, count = 1): Promise<void> {
  if (!schema.hasSessions) throw new Error("nobody listens behind a pooler: make the schema with { way: 'direct' }");
  await until(`${count} worker processes listen`, async () => {
    const found = await schema.value('select count(*)::int from {s}.process where session_key is not null');
    return found === count;
  });
}

/** Resolves once `count` worker processes have their leases. */
export async function registered(schema: TestSchema, count = 1): Promise<void> {
  await until(`${count} worker processes have leases`, async () => {
    return (await schema.value('select count(*)::int from {s}.process')) === count;
  });
}
