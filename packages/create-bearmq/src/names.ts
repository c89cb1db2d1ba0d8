import type { Client, Database, Framework } from './choices.ts';

/** What each choice is called where people read it. */
export const FRAMEWORK_NAMES: Readonly<Record<Framework, string>> = {
  none: 'Node.js',
  fastify: 'Fastify',
  express: 'Express',
  hono: 'Hono',
  next: 'Next.js',
};

export const CLIENT_NAMES: Readonly<Record<Client, string>> = {
  pg: 'pg',
  postgres: 'postgres.js',
  kysely: 'Kysely',
  drizzle: 'Drizzle',
  prisma: 'Prisma',
};

export const DATABASE_NAMES: Readonly<Record<Database, string>> = {
  url: 'PostgreSQL wherever DATABASE_URL in .env says',
  docker: 'PostgreSQL in Docker',
  embedded: 'PostgreSQL as binaries from npm',
};
