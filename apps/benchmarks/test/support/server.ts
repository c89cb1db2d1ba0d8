import { embeddedBinaries, startPostgres, systemBinaries } from '@bearmq/test-database';
import { afterAll, beforeAll } from '@jest/globals';
import pg from 'pg';
import type { Contestant } from '../../src/contestant.ts';
import { Databases } from '../../src/databases.ts';
import type { Outcome } from '../../src/figure.ts';
import { measure } from '../../src/measure.ts';
import type { Profile } from '../../src/profile.ts';
import type { Scenario } from '../../src/scenario.ts';

/** A server that counts statements, which a test's usual database need not; and what measures on it. */
export function useBenchmark({ limitSecs }: Profile): (scenario: Scenario, contestant: Contestant) => Promise<Outcome> {
  let databases: Databases | undefined;
  let stop: () => Promise<void> = async () => {};

  beforeAll(async () => {
    const binaries = (await embeddedBinaries()) ?? systemBinaries();
    if (binaries === undefined) throw new Error('no PostgreSQL was found: install it, or run `pnpm install` again');
    const server = await startPostgres(binaries, {
      durability: 'fast',
      settings: { shared_preload_libraries: 'pg_stat_statements' },
    });
    stop = () => server.stop();
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    await client.query('create extension pg_stat_statements');
    await client.end();
    databases = new Databases(server.url, undefined, (contestant, place) => contestant.setUp(place));
  }, 60_000);

  afterAll(() => stop());

  return async (scenario, contestant) => {
    if (databases === undefined) throw new Error('the server has not started');
    return await databases.use(contestant, scenario.purpose, (place) =>
      measure(scenario, contestant, place, limitSecs),
    );
  };
}
