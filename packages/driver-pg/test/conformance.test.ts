import { driverConformance } from '@bearmq/driver-testkit';
import { afterAll, describe, it } from '@jest/globals';
import { type Prepare, pgDriver } from '../src/index.ts';
import { poolKinds, sessionKinds } from './session-kinds.ts';
import { createSchema, newPool } from './support.ts';

const { schema, drop } = await createSchema();
afterAll(drop);

const WAYS: readonly [Prepare, typeof sessionKinds][] = [
  ['auto', sessionKinds],
  ['always', poolKinds('always')],
  ['never', poolKinds('never')],
];

for (const [prepare, sessions] of WAYS) {
  driverConformance(
    { describe, it },
    {
      name: `pg, prepare: '${prepare}'`,
      schema,
      open: async () => {
        const pool = newPool();
        return {
          driver: pgDriver({ pool, prepare }),
          useBorrowedClient: () => pool.query('select 1'),
          endClient: () => pool.end(),
          dispose: async () => void (pool.ending || (await pool.end())),
        };
      },
      sessions,
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
}
