import { driverConformance } from '@bearmq/driver-testkit';
import { afterAll, describe, it } from '@jest/globals';
import { postgresJsDriver } from '../src/index.ts';
import { sessionKinds } from './session-kinds.ts';
import { createSchema, endClient, newClient } from './support.ts';

const { schema, drop } = await createSchema();
afterAll(drop);

driverConformance(
  { describe, it },
  {
    name: 'postgres.js',
    schema,
    open: async () => {
      const sql = newClient();
      return {
        driver: postgresJsDriver({ sql }),
        useBorrowedClient: () => sql`select 1`,
        endClient: () => endClient(sql),
        dispose: () => endClient(sql),
      };
    },
    sessions: sessionKinds,
    capabilities: {
      concurrentConnections: true,
      terminateBackend: true,
      lostTransaction: true,
      statementTimeout: true,
      notifications: true,
      listeningSession: true,
      borrowedClient: true,
      endedClient: true,
    },
  },
);
