import { randomUUID } from 'node:crypto';
import { JobDefinition } from 'bearmq';
import { type Bench, fill, PAYLOAD, type Payload, type Scenario } from '../bench.ts';

/** Enqueueing, with so many calls in flight, beside bare inserts of the same client into a table of its own. */
export function enqueueBeside(count: number, inFlight: number): Scenario {
  return {
    name: `enqueue ${count.toLocaleString('en')}, ${inFlight === 1 ? 'one after the other' : `${inFlight} in flight`}`,
    run: async (bench) => {
      const job = new JobDefinition({
        context: bench.context(),
        name: 'NOOP',
        workFunction: async (_payload: Payload) => {},
      });
      await bench.pool.query(`create table ${bench.schema}.bare (id uuid primary key, payload json not null)`);
      const enqueued = await rate(count, inFlight, () => job.enqueue(PAYLOAD));
      const bare = await rate(count, inFlight, () => insertBare(bench));
      return [
        { what: 'enqueued', value: enqueued, unit: 'jobs/s' },
        { what: 'bare inserts of one row', value: bare, unit: 'jobs/s' },
      ];
    },
  };
}

async function insertBare({ pool, schema }: Bench): Promise<string> {
  const id = randomUUID();
  await pool.query(`insert into ${schema}.bare values ($1, $2)`, [id, JSON.stringify(PAYLOAD)]);
  return id;
}

/** Keeps `inFlight` calls going until `count` are done. */
async function rate(count: number, inFlight: number, call: () => Promise<string>): Promise<number> {
  await fill(Math.min(100, count), call, inFlight); // connections opened, plans made
  const start = performance.now();
  let left = count;
  const lane = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await call();
    }
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  return count / ((performance.now() - start) / 1000);
}
