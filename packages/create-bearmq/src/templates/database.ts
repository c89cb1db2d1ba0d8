import type { Client } from '../choices.ts';

/** The module with the client and the context: `src/database.ts`. */
export function databaseModule(client: Client): string {
  return MODULES[client];
}

/** The module that enqueues within a transaction: `src/enqueue.ts`. */
export function enqueueModule(client: Client): string {
  return ENQUEUES[client];
}

const ADDRESS = "process.env['DATABASE_URL']";
const POOL = `export const pool = new pg.Pool({ connectionString: ${ADDRESS} });`;
const CONTEXT = "export const context = new Context({ pool, schema: '_bearmq' });";

const MODULES: Readonly<Record<Client, string>> = {
  pg: `import { Context } from 'bearmq';
import pg from 'pg';

${POOL}
${CONTEXT}

export async function close(): Promise<void> {
  await pool.end();
}
`,
  postgres: `import { postgresJsDriver } from '@bearmq/driver-postgresjs';
import { Context } from 'bearmq';
import postgres from 'postgres';

export const sql = postgres(${ADDRESS} ?? '');
export const driver = postgresJsDriver({ sql });
export const context = new Context({ driver, schema: '_bearmq' });

export async function close(): Promise<void> {
  await driver.close();
  await sql.end();
}
`,
  kysely: `import { Context } from 'bearmq';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';

/** Your tables. */
// biome-ignore lint/suspicious/noEmptyInterface: yours to fill
export interface Tables {}

${POOL}
export const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
${CONTEXT}

// Not by db.destroy(), which does nothing where no statement was sent.
export async function close(): Promise<void> {
  await pool.end();
}
`,
  drizzle: `import { Context } from 'bearmq';
import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';

${POOL}
export const db = drizzle(pool);
${CONTEXT}

export async function close(): Promise<void> {
  await pool.end();
}
`,
  prisma: `import { PrismaPg } from '@prisma/adapter-pg';
import { Context } from 'bearmq';
import pg from 'pg';
import { PrismaClient } from './generated/prisma/client.ts';

${POOL}
export const prisma = new PrismaClient({ adapter: new PrismaPg(pool) });
${CONTEXT}

export async function close(): Promise<void> {
  await prisma.$disconnect();
  await pool.end();
}
`,
};

const ABOUT = '/** Enqueues a job in a transaction with what else you write: both are there then, or neither. */';
const HEAD = `${ABOUT}\nexport async function greetLater(name: string): Promise<string> {`;

const ENQUEUES: Readonly<Record<Client, string>> = {
  pg: `import { fromPg } from 'bearmq';
import { pool } from './database.ts';
import { greet } from './jobs.ts';

${HEAD}
  const client = await pool.connect();
  try {
    await client.query('begin');
    const jobId = await greet.enqueue({ name }, { tx: fromPg(client) });
    await client.query('commit');
    return jobId;
  } catch (error) {
    await client.query('rollback');
    throw error;
  } finally {
    client.release();
  }
}
`,
  postgres: `import { fromPostgresJs } from '@bearmq/driver-postgresjs';
import { sql } from './database.ts';
import { greet } from './jobs.ts';

${HEAD}
  return await sql.begin((tx) => greet.enqueue({ name }, { tx: fromPostgresJs(tx) }));
}
`,
  kysely: `import { fromKysely } from 'bearmq/kysely';
import { db } from './database.ts';
import { greet } from './jobs.ts';

${HEAD}
  return await db.transaction().execute((trx) => greet.enqueue({ name }, { tx: fromKysely(trx) }));
}
`,
  drizzle: `import { fromDrizzle } from 'bearmq/drizzle';
import { sql } from 'drizzle-orm';
import { db } from './database.ts';
import { greet } from './jobs.ts';

${HEAD}
  return await db.transaction((tx) => greet.enqueue({ name }, { tx: fromDrizzle(tx, sql) }));
}
`,
  prisma: `import { fromPrisma } from 'bearmq/prisma';
import { prisma } from './database.ts';
import { greet } from './jobs.ts';

${HEAD}
  return await prisma.$transaction((tx) => greet.enqueue({ name }, { tx: fromPrisma(tx) }));
}
`,
};
