// #region first-job
import { Context, generateMigrationSql, JobDefinition, Orchestrator, Worker } from 'bearmq';
import { Pool } from 'pg';

const pool = new Pool({ connectionString: process.env.DATABASE_URL });
for (const sql of generateMigrationSql('_bearmq')) await pool.query(sql);

const context = new Context({ pool, schema: '_bearmq' });
const greet = new JobDefinition({
  context,
  name: 'GREET',
  workFunction: async (payload: { name: string }, metadata) => {
    console.log(`Hello, ${payload.name}! This is job ${metadata.jobId}.`);
  },
});
await greet.register();

const worker = new Worker({ context });
const orchestrator = new Orchestrator({ context });

await greet.enqueue({ name: 'Ada' });

process.once('SIGINT', async () => {
  await Promise.all([worker.stop(), orchestrator.stop()]);
  await pool.end();
});
// #endregion first-job
