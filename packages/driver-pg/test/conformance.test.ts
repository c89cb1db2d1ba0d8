import { driverConformance } from '@bearmq/driver-testkit';
import { afterAll, describe, it } from '@jest/globals';
import { pgDriver } from '../src/index.ts';
import { sessionKinds } from './session-kinds.ts';
import { createSchema, newPool } from './support.ts';

const { schema, drop } = await createSchema();
afterAll(drop);

driverConformance(
  { describe, it },
  {
    name: 'pg',
    schema,
    open: async () => {
      const pool = newPool();
      return {
        driver: pgDriver({ pool }),
        useBorrowedClient: () => pool.query('select 1'),
        dispose: () => pool.end(),
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
    },
  },
);
