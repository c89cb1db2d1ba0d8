import { Context, JobDefinition } from 'bearmq';
import { fromSequelize } from 'bearmq/sequelize';
import { Pool } from 'pg';
import type { CreationOptional } from 'sequelize';
import { DataTypes, type InferAttributes, type InferCreationAttributes, type Model, Sequelize } from 'sequelize';
import { ORDERS_TABLE, run } from './shop.ts';

const connectionString = process.env.DATABASE_URL as string;
const db = new Sequelize(connectionString, { logging: false });
const pool = new Pool({ connectionString }); // Sequelize has a pool of its own making, so BearMQ needs another
const context = new Context({ pool, schema: '_bearmq' });
await db.query(ORDERS_TABLE);

interface OrderModel extends Model<InferAttributes<OrderModel>, InferCreationAttributes<OrderModel>> {
  id: CreationOptional<number>;
  email: string;
}
const Order = db.define<OrderModel>(
  'order',
  { id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true }, email: DataTypes.TEXT },
  { tableName: 'orders', timestamps: false },
);

const sendMail = new JobDefinition({
  context,
  name: 'SEND_MAIL',
  numAttempts: 3,
  workFunction: async ({ orderId }: { orderId: number }) => {
    const order = await Order.findByPk(orderId, { rejectOnEmpty: true });
    console.log(`mail to ${order.email} for order ${orderId}`);
  },
});

async function placeOrder(email: string) {
  return await db.transaction(async (transaction) => {
    const order = await Order.create({ email }, { transaction });
    await sendMail.enqueue({ orderId: order.id }, { tx: fromSequelize(transaction) });
    return order.id;
  });
}

const close = async () => {
  await db.close();
  await pool.end();
};
await run({ context, sendMail, placeOrder, close });
