import { PrismaPg } from '@prisma/adapter-pg';
import { Context, JobDefinition } from 'bearmq';
import { Pool } from 'pg';
import { PrismaClient } from '../generated/prisma/client.ts';
import { ORDERS_TABLE, run } from './shop.ts';

const pool = new Pool({ connectionString: process.env.DATABASE_URL });
const prisma = new PrismaClient({ adapter: new PrismaPg(pool) });
const context = new Context({ pool, schema: '_bearmq' });
await prisma.$executeRawUnsafe(ORDERS_TABLE);

const sendMail = new JobDefinition({
  context,
  name: 'SEND_MAIL',
  numAttempts: 3,
  workFunction: async ({ orderId }: { orderId: number }) => {
    const order = await prisma.order.findUniqueOrThrow({ where: { id: orderId } });
    console.log(`mail to ${order.email} for order ${orderId}`);
  },
});

// #region prisma
import { fromPrisma } from 'bearmq/prisma';

async function placeOrder(email: string) {
  return await prisma.$transaction(async (tx) => {
    const order = await tx.order.create({ data: { email } });
    await sendMail.enqueue({ orderId: order.id }, { tx: fromPrisma(tx) });
    return order.id;
  });
}
// #endregion prisma

const close = async () => {
  await prisma.$disconnect();
  await pool.end();
};
await run({ context, sendMail, placeOrder, close });
