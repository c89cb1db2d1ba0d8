import { afterAll, beforeAll } from '@jest/globals';
import pg from 'pg';
import { directUrl, type TestSchema } from '../../support/database.ts';
import { NAMES } from './arbitraries.ts';
import { type Command, finish, HELD_KEY } from './commands.ts';
import { Model } from './model.ts';
import { Queue } from './queue.ts';
import { compare, type Real, type Sightings } from './real.ts';

export interface Playground {
  /** What the programmes so far have led to: a test that never meets a blocked job proves nothing about them. */
  readonly seen: Sightings;
  /** Runs commands on an empty queue and an empty model, `drive` saying how, then everything to its end. */
  run(drive: (setup: () => { model: Model; real: Real }) => Promise<void>): Promise<void>;
}

/** One connection for the commands, and one that holds the session lock of processes that are slow but alive. */
export function usePlayground(schema: TestSchema): Playground {
  const seen: Sightings = new Map();
  const [client, holder] = [connection(), connection()];

  beforeAll(async () => {
    await Promise.all([client.connect(), holder.connect()]);
    await client.query(`set statement_timeout = '20s'`);
    await holder.query('select pg_advisory_lock_shared($1::bigint)', [HELD_KEY]);
  });
  afterAll(async () => {
    await Promise.all([client.end(), holder.end()]);
  });
  return {
    seen,
    run: async (drive) => {
      const queue = new Queue(schema, client);
      const model = new Model();
      const real: Real = { queue, seen, lastSaid: undefined };
      await queue.clear();
      await drive(() => ({ model, real }));
      await finish(model, real, NAMES);
      await compare(model, real);
    },
  };
}

function connection(): pg.Client {
  return new pg.Client({ connectionString: directUrl() });
}

/** Commands one after the other, as they are. */
export function inTurn(commands: readonly Command[]): Parameters<Playground['run']>[0] {
  return async (setup) => {
    const { model, real } = setup();
    for (const command of commands) await command.run(model, real);
  };
}
