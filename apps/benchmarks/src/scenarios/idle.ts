import { setTimeout as pause } from 'node:timers/promises';
import { Context, JobDefinition, Orchestrator, Worker } from 'bearmq';
import { type Bench, type Scenario, withBench } from '../bench.ts';

/** From the call of `enqueue` to the start of the work function, on an idle queue, producer and worker in two contexts. */
export function idleLatency(count: number, url: string): Scenario {
  return {
    name: `idle latency, ${count} single jobs`,
    run: async (bench) =>
      // A second pool, as another process would have: the worker hears of the job from the database only.
      withBench(url, `${bench.schema}_unused`, async ({ pool }) => {
        const waits: number[] = [];
        let started: () => void = () => {};
        const working = bench.context();
        const definition = {
          name: 'PING',
          workFunction: async ({ at }: { at: number }) => {
            waits.push(performance.now() - at);
            started();
          },
        };
        await new JobDefinition({ ...definition, context: working }).register();
        const worker = new Worker({ context: working });
        const producing = new JobDefinition({ ...definition, context: new Context({ pool, schema: bench.schema }) });
        for (let i = 0; i < count + 20; i += 1) {
          const run = new Promise<void>((resolve) => {
            started = resolve;
          });
          await producing.enqueue({ at: performance.now() });
          await run;
          await pause(10);
        }
        await worker.stop();
        const sorted = waits.slice(20).sort((a, b) => a - b);
        const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
        return [
          { what: 'p50', value: at(0.5), unit: 'ms' },
          { what: 'p95', value: at(0.95), unit: 'ms' },
          { what: 'p99', value: at(0.99), unit: 'ms' },
        ];
      }),
  };
}

/** What a process with 100 Workers and an Orchestrator asks of the database while there is nothing to do. */
export function idleCost(secs: number): Scenario {
  return {
    name: `idle for ${secs} s: 100 workers, an orchestrator and a repeating job that is not due`,
    run: async (bench) => {
      const context = bench.context();
      const job = new JobDefinition({ context, name: 'RARE', repeatSecs: 3_600, workFunction: async () => {} });
      await job.register();
      const workers = Array.from({ length: 100 }, () => new Worker({ context }));
      const orchestrator = new Orchestrator({ context });
      await pause(3_000); // the first pass of everything, and the first tick
      const before = await statements(bench);
      await pause(secs * 1000);
      const asked = (await statements(bench)) - before;
      const { rows } = await bench.pool.query<{ n: number }>(
        `select count(*)::int as n from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
          and backend_type = 'client backend'`,
      );
      await Promise.all([...workers, orchestrator].map((daemon) => daemon.stop()));
      return [
        { what: 'asked', value: asked / secs, unit: 'statements/s' },
        { what: 'connections', value: rows[0]?.n ?? Number.NaN, unit: 'connections' },
      ];
    },
  };
}

/** Statements that the server has run in this schema, by its own count. */
async function statements({ pool, schema }: Bench): Promise<number> {
  const { rows } = await pool.query<{ calls: number }>(
    'select coalesce(sum(calls), 0)::int as calls from pg_stat_statements where toplevel and query like $1',
    [`%${schema}%`],
  );
  return rows[0]?.calls ?? 0;
}
