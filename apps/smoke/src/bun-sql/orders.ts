/// <reference types="bun-types" />
// Places two orders on Bun, each in one transaction with the job that sends its e-mail, then one that cannot be
// committed, and works. DATABASE_URL names an empty database.
import { Context, drain, JobDefinition, migrate, pgDriver } from 'bearmq';
import { Pool } from 'pg';

const pool = new Pool({ connectionString: process.env['DATABASE_URL'] });
await migrate({ driver: pgDriver({ pool }), schema: '_bearmq' });
const context = new Context({ pool, schema: '_bearmq' });
await pool.query(`
  create table orders (
    id integer generated always as identity primary key,
    email text not null unique deferrable initially deferred
  )`);

const sendMail = new JobDefinition({
  context,
  name: 'SEND_MAIL',
  workFunction: ({ orderId }: { orderId: number }) => console.log(`mail for order ${orderId}`),
});
await sendMail.register();

// #region bun
import { fromBunSql } from 'bearmq/bun';
import { sql } from 'bun';

async function placeOrder(email: string) {
  return await sql.begin(async (tx) => {
    const [order] = await tx`insert into orders (email) values (${email}) returning id`;
    await sendMail.enqueue({ orderId: order.id }, { tx: fromBunSql(tx) });
    return order.id;
  });
}
// #endregion bun

for (const email of ['ada@example.org', 'bob@example.org', 'ada@example.org']) {
  await placeOrder(email).then(
    (id) => console.log(`order ${id} placed`),
    (error: Error) => console.log(`no order: ${error.message}`),
  );
}
const { ran } = await drain({ context, maxSecs: 30 });
console.log(`${ran} mails sent`);
await sql.close();
await pool.end();
