import type { Driver } from '@bearmq/core/driver';
import { postgresJsDriver } from '@bearmq/driver-postgresjs';
import { describe, it } from '@jest/globals';
import { pgDriver } from 'bearmq';
import { expectWorkThroughCuts } from '../support/cuts.ts';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { describeBehindPgBouncer, type PgBouncer, usePgBouncer } from './support/pgbouncer.ts';

/** The clients as the drivers' READMEs advise where connections are cut. */
const CLIENTS: readonly [string, (pooler: PgBouncer, name: string) => Driver][] = [
  [
    'pg',
    (pooler, name) => {
      const pool = pooler.newPool({ max: 4, application_name: name });
      pool.on('error', () => {});
      return pgDriver({ pool });
    },
  ],
  [
    'postgres.js',
    (pooler, name) => {
      const connection = { application_name: name };
      return postgresJsDriver({ sql: pooler.newSql({ max: 4, prepare: false, fetch_types: false, connection }) });
    },
  ],
];

describeBehindPgBouncer('the connections of PgBouncer to the server, cut', () => {
  const schema = useSchema({ way: 'direct' });
  const daemons = useDaemons();
  const pooler = usePgBouncer();

  describe.each(CLIENTS)('under %s', (label, open) => {
    it('all at once, again and again, lose no job and run none twice that succeeded', async () => {
      const applicationName = `cut ${label}`;
      await expectWorkThroughCuts(schema, daemons, { driver: open(pooler, applicationName), applicationName });
    });
  });
});
