import { reasonOf } from '@bearmq/test-support';
import { type Binaries, embeddedBinaries, systemBinaries } from './binaries.ts';
import { dockerAnswers } from './docker.ts';
import { startPostgres } from './local-postgres.ts';
import { chosenMajor, type Major } from './majors.ts';
import { serverSettings } from './settings.ts';

/** A database for tests: its data may be lost, and its superuser is ours. */
export interface TestDatabase {
  readonly url: string;
  /** For messages: where it comes from. */
  readonly source: string;
  /** Takes it down, unless it is somebody else's (`DATABASE_URL`). */
  stop(): Promise<void>;
}

const SOURCES = ['url', 'testcontainers', 'embedded', 'system'] as const;
type Source = (typeof SOURCES)[number];
type Env = Readonly<Record<string, string | undefined>>;

const DEFAULT_IMAGE_MAJOR = 17;

/**
 * `DATABASE_URL`, or else a container where a Docker engine answers, or else the npm binaries, or else the system's
 * PostgreSQL. `BEARMQ_TEST_PG` (`url`, `testcontainers`, `embedded`, `system`) forces one of them;
 * `BEARMQ_TEST_PG_MAJOR` (14 to 18) chooses the version of what is started, and `BEARMQ_TEST_IMAGE` names the
 * container's image.
 */
export async function startTestDatabase(env: Env = process.env): Promise<TestDatabase> {
  const forced = forcedSource(env);
  const major = chosenMajor(env);
  if (forced !== undefined) return await forceOne(forced, env, major);
  return (
    fromUrl(env, major) ??
    ((await dockerAnswers(env)) ? await fromAnsweringDocker(env, major) : undefined) ??
    (await fromBinaries(await embeddedBinaries(major), env)) ??
    (await fromBinaries(systemBinaries(major), env)) ??
    nothing('No PostgreSQL found: set DATABASE_URL, start Docker, or install PostgreSQL.')
  );
}

function forcedSource(env: Env): Source | undefined {
  const wanted = env['BEARMQ_TEST_PG'];
  if (wanted === undefined || wanted === '') return undefined;
  return (
    SOURCES.find((source) => source === wanted) ??
    nothing(`BEARMQ_TEST_PG is "${wanted}"; it may be ${SOURCES.join(', ')}.`)
  );
}

async function forceOne(source: Source, env: Env, major: Major | undefined): Promise<TestDatabase> {
  switch (source) {
    case 'url':
      return fromUrl(env, major) ?? nothing('BEARMQ_TEST_PG=url, but DATABASE_URL is not set.');
    case 'testcontainers':
      return await fromContainer(env, major).catch((error: unknown) =>
        nothing('BEARMQ_TEST_PG=testcontainers, but no container could be started. Does a Docker engine run?', error),
      );
    case 'embedded':
      return (
        (await fromBinaries(await embeddedBinaries(major), env)) ??
        nothing(`BEARMQ_TEST_PG=embedded, but npm has no binaries for ${process.platform}-${process.arch}.`)
      );
    case 'system':
      return (
        (await fromBinaries(systemBinaries(major), env)) ??
        nothing(`BEARMQ_TEST_PG=system, but there is no PostgreSQL ${major ?? ''} in /usr/lib/postgresql.`)
      );
  }
}

function fromUrl(env: Env, major: Major | undefined): TestDatabase | undefined {
  const url = env['DATABASE_URL'];
  if (url === undefined || url === '') return undefined;
  // Or a pass on one version would be taken for a pass on another.
  if (major !== undefined)
    nothing('BEARMQ_TEST_PG_MAJOR cannot choose the version of DATABASE_URL: unset one of them.');
  return { url, source: 'DATABASE_URL', stop: async () => {} };
}

async function fromAnsweringDocker(env: Env, major: Major | undefined): Promise<TestDatabase> {
  return await fromContainer(env, major).catch((error: unknown) =>
    nothing('Docker answers, but the container did not start; BEARMQ_TEST_PG=embedded does without it.', error),
  );
}

async function fromContainer(env: Env, major: Major | undefined): Promise<TestDatabase> {
  const image = imageName(env, major);
  const { PostgreSqlContainer } = await import('@testcontainers/postgresql');
  // A container has a network of its own, and listens on all of it.
  const settings = {
    ...serverSettings('fast', {}),
    listen_addresses: '*',
    unix_socket_directories: '/var/run/postgresql',
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const container = await new PostgreSqlContainer(image).withCommand(['postgres', ...flags]).start();
  return {
    url: container.getConnectionUri(),
    source: `container of ${image}`,
    stop: async () => {
      await container.stop();
    },
  };
}

/** The container's image: the one that is named, or the official one of the major that is asked for. */
export function imageName(env: Env, major: Major | undefined): string {
  const named = env['BEARMQ_TEST_IMAGE'];
  if (named === undefined || named === '') return `postgres:${major ?? DEFAULT_IMAGE_MAJOR}-alpine`;
  if (major !== undefined)
    nothing('BEARMQ_TEST_PG_MAJOR and BEARMQ_TEST_IMAGE both name a version: unset one of them.');
  return named;
}

async function fromBinaries(binaries: Binaries | undefined, env: Env): Promise<TestDatabase | undefined> {
  if (binaries === undefined) return undefined;
  // Bun refuses a server that hashes a password fewer than 4,096 times; to all others it only costs time.
  const rounds = env['BEARMQ_SMOKE_RUNTIME'] === undefined ? { passwordRounds: 1 } : {};
  const { url, label, stop } = await startPostgres(binaries, { durability: 'fast', ...rounds });
  return { url, source: label, stop };
}

function nothing(message: string, cause?: unknown): never {
  const detail = cause === undefined ? '' : ` (${reasonOf(cause)})`;
  throw new Error(`${message}${detail}`, { cause });
}
