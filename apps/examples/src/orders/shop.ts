import { type Context, type JobDefinition, Worker } from 'bearmq';

/** The table of the orders, the same for every client. */
export const ORDERS_TABLE = `
  create table if not exists orders (
    id integer generated always as identity primary key,
    email text not null
  )`;

export interface Shop {
  readonly context: Context;
  readonly sendMail: JobDefinition<{ orderId: number }>;
  /** Writes an order and enqueues its e-mail, in one transaction; resolves to the order's id. */
  placeOrder(email: string): Promise<number>;
  /** Ends what the program opened. */
  close(): Promise<void>;
}

/** `place 5` places five orders, one after the other; `work` sends the e-mails of those that exist, until Ctrl-C. */
export async function run({ context, sendMail, placeOrder, close }: Shop): Promise<void> {
  const [command = 'place', count = '1'] = process.argv.slice(2);
  if (command === 'place') {
    for (let i = 0; i < Number(count); i += 1) {
      console.log(`order ${await placeOrder('ada@example.org')} placed`);
    }
    await close();
  } else {
    await sendMail.register();
    const worker = new Worker({ context });
    const stop = async () => {
      await worker.stop();
      await close();
    };
    process.once('SIGINT', stop);
    process.once('SIGTERM', stop);
  }
}
