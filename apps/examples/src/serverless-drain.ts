// #region serverless-drain
import { postgresJsDriver } from '@bearmq/driver-postgresjs';
import { Context, drain, JobDefinition } from 'bearmq';
import postgres from 'postgres';

const sql = postgres(process.env.DATABASE_URL as string, { max: 1, prepare: false });
const context = new Context({ driver: postgresJsDriver({ sql }), schema: '_bearmq' });
const sendReceipt = new JobDefinition({
  context,
  name: 'SEND_RECEIPT',
  workFunction: async (payload: { orderId: number }) => {
    console.log(`receipt for order ${payload.orderId}`);
  },
});

export async function GET(): Promise<Response> {
  await sendReceipt.register();
  const summary = await drain({ context, maxSecs: 20 }); // the platform gives 30, and a receipt takes less than 10
  return Response.json(summary);
}
// #endregion serverless-drain

await sendReceipt.enqueue({ orderId: 4711 });
const response = await GET();
console.log(`answered with ${JSON.stringify(await response.json())}`);
await sql.end();
