import { Context, JobDefinition } from 'bearmq';
import { Pool } from 'pg';

const pool = new Pool({ connectionString: process.env.DATABASE_URL });
const context = new Context({ pool, schema: '_bearmq' });
const boss = { send: async (_queue: string, { to }: { to: string }) => console.log(`pg-boss has the mail to ${to}`) };

// #region both
/** The one place that says where e-mails go: what moves is a part of them, by a share that grows. */
const share = Number(process.env.BEARMQ_SHARE ?? 0);
const sendEmail = new JobDefinition<{ to: string }>({ context, name: 'SEND_EMAIL', numAttempts: 3 });

export async function enqueueEmail(payload: { to: string }) {
  if (Math.random() < share) await sendEmail.enqueue(payload);
  else await boss.send('emails', payload);
}
// #endregion both

await enqueueEmail({ to: 'ada@example.org' });
await pool.end();
