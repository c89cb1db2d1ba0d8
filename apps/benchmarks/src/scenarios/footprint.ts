import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { complaints, rate } from '../drain-figures.ts';
import { fill, plain } from '../enqueueing.ts';
import { Ledger } from '../ledger.ts';
import type { Profile } from '../profile.ts';
import type { Scenario } from '../scenario.ts';
import { workOff } from '../work-off.ts';

/** How long a session may keep its counts to itself, and a little. */
const COUNTED_MS = 1_200;

const TABLES = `select coalesce(sum(n_dead_tup), 0)::int as dead,
    (coalesce(sum(pg_total_relation_size(relid)), 0) / 1048576)::float8 as mb from pg_stat_user_tables`;

/** What many jobs leave behind in the database, with the server's own autovacuum at work. */
export function footprint({ footprint: count }: Profile): Scenario {
  return {
    id: 'footprint',
    title: `tables after ${count.toLocaleString('en')} jobs`,
    purpose: 'throughput',
    needs: 'tables',
    basic: false,
    run: async ({ open, place, limitSecs }) => {
      const queue = await open();
      await fill(queue, count, plain);
      const drained = await workOff(queue, { ledger: new Ledger(count), limitSecs: 2 * limitSecs });
      await pause(COUNTED_MS);
      const client = new pg.Client({ connectionString: place.url });
      await client.connect();
      const { rows } = await client.query<{ dead: number; mb: number }>(TABLES);
      await client.end();
      const { dead = Number.NaN, mb = Number.NaN } = rows[0] ?? {};
      return {
        figures: [
          rate('drained', drained),
          { what: 'dead rows', value: dead, unit: 'rows' },
          { what: 'tables and indexes', value: mb, unit: 'MB' },
        ],
        ...complaints(drained.complaint),
      };
    },
  };
}
