import { until } from '@bearmq/test-support';
import type { TestSchema } from './database.ts';

export { until } from '@bearmq/test-support';

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
