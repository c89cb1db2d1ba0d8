// #region serverless
import { postgresJsDriver } from '@bearmq/driver-postgresjs';
import { Context, JobDefinition } from 'bearmq';
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

export async function POST(request: Request): Promise<Response> {
  const { orderId } = (await request.json()) as { orderId: number };
  const jobId = await sendReceipt.enqueue({ orderId }); // before the answer: a function may be frozen after it
  return Response.json({ jobId });
}
// #endregion serverless

const body = JSON.stringify({ orderId: 4711 });
const response = await POST(new Request('https://shop.example.org/receipts', { method: 'POST', body }));
console.log(`answered with ${JSON.stringify(await response.json())}`);
await sql.end();
