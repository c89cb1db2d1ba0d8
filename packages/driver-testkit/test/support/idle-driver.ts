import type { Driver, SqlSession } from '@bearmq/core/driver';
import type { DriverHarness, SessionFactory } from '../../src/index.ts';

/** Answers every statement with nothing. */
export const idleSession: SqlSession = { run: async () => [] };

const idleDriver: Driver = {
  name: 'idle',
  run: async () => [],
  transaction: (work) => work(idleSession),
  listen: () => ({ close: async () => undefined }),
  close: async () => undefined,
};

/** A harness with a driver that does nothing; all capabilities are as given. */
export function idleHarness(
  factory: SessionFactory,
  capability: true | string = 'not in this test',
): DriverHarness & { readonly printed: readonly string[] } {
  const printed: string[] = [];
  return {
    name: 'idle',
    schema: 'public',
    open: async () => ({ driver: idleDriver, dispose: async () => undefined }),
    sessions: { 'the only kind': factory },
    capabilities: {
      concurrentConnections: capability,
      terminateBackend: capability,
      lostTransaction: capability,
      statementTimeout: capability,
      notifications: capability,
      listeningSession: capability,
      borrowedClient: capability,
      endedClient: capability,
    },
    print: (text) => printed.push(text),
    printed,
  };
}
