export const FRAMEWORKS = ['none', 'fastify', 'express', 'hono', 'next'] as const;
export const CLIENTS = ['pg', 'postgres', 'kysely', 'drizzle', 'prisma'] as const;
export const DATABASES = ['url', 'docker', 'embedded'] as const;

/** What serves requests. `none`: the server of Node.js. */
export type Framework = (typeof FRAMEWORKS)[number];
/** What your own statements go through. `postgres` is postgres.js. */
export type Client = (typeof CLIENTS)[number];
/** Where PostgreSQL runs: anywhere (`url`), in Docker, or as binaries from npm, for a try-out. */
export type Database = (typeof DATABASES)[number];

/** What a project is made of. */
export interface ProjectChoices {
  /** The name in its manifest. */
  readonly name: string;
  readonly framework: Framework;
  readonly client: Client;
  readonly database: Database;
}

export const DEFAULTS: Omit<ProjectChoices, 'name'> = { framework: 'none', client: 'pg', database: 'docker' };
export const DEFAULT_FOLDER = 'my-jobs';
