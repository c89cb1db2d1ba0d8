import { cancel, intro, isCancel, select, text } from '@clack/prompts';
import { CLIENTS, type Client, DATABASES, type Database, FRAMEWORKS, type Framework } from './choices.ts';
import type { Given } from './flags.ts';

/** What is known once all was asked. */
export type Answers = Required<Given>;

/** Asks for what no flag said. @returns `undefined` where the person wants to stop. */
export async function ask(given: Given, defaults: Answers): Promise<Answers | undefined> {
  intro('A new project with BearMQ');
  const folder = given.folder ?? (await askFolder(defaults.folder));
  const framework =
    folder === undefined
      ? undefined
      : (given.framework ?? (await choose('What serves requests?', FRAMEWORKS, FRAMEWORK_HINTS, defaults.framework)));
  const client =
    framework === undefined
      ? undefined
      : (given.client ??
        (await choose('What do your own statements go through?', CLIENTS, CLIENT_HINTS, defaults.client)));
  const database =
    client === undefined
      ? undefined
      : (given.database ?? (await choose('Where does PostgreSQL run?', DATABASES, DATABASE_HINTS, defaults.database)));
  if (folder === undefined || framework === undefined || client === undefined || database === undefined) {
    cancel('Nothing was written.');
    return undefined;
  }
  return { folder, framework, client, database };
}

const FRAMEWORK_HINTS: Readonly<Record<Framework, string>> = {
  none: 'none: the server of Node.js',
  fastify: 'Fastify',
  express: 'Express',
  hono: 'Hono',
  next: 'Next.js',
};

const CLIENT_HINTS: Readonly<Record<Client, string>> = {
  pg: 'pg',
  postgres: 'postgres.js',
  kysely: 'Kysely',
  drizzle: 'Drizzle',
  prisma: 'Prisma',
};

const DATABASE_HINTS: Readonly<Record<Database, string>> = {
  url: 'anywhere: DATABASE_URL says where',
  docker: 'in Docker: a compose.yaml is written',
  embedded: 'here, as binaries from npm: for a try-out',
};

async function askFolder(initialValue: string): Promise<string | undefined> {
  const answer = await text({ message: 'In which folder?', initialValue });
  return isCancel(answer) ? undefined : answer;
}

async function choose<T extends string>(
  message: string,
  values: readonly T[],
  labels: Readonly<Record<T, string>>,
  initialValue: T,
): Promise<T | undefined> {
  const options = values.map((value) => ({ value: value as string, label: labels[value] }));
  const answer = await select({ message, options, initialValue: initialValue as string });
  return values.find((value) => value === answer);
}
