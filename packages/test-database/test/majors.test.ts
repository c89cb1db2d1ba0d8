import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { embeddedBinaries, systemBinaries } from '../src/binaries.ts';
import { chosenMajor, MAJORS } from '../src/majors.ts';
import { imageName, startTestDatabase } from '../src/test-database.ts';
import { queryValue } from './support/query.ts';

const withEmbedded = (await embeddedBinaries()) === undefined ? it.skip : it;
/** The major that this run is for; its binaries have been fetched by then. Otherwise the one that is installed. */
const major = chosenMajor(process.env) ?? MAJORS.at(-1);

describe('BEARMQ_TEST_PG_MAJOR', () => {
  withEmbedded(`starts PostgreSQL ${major}`, async () => {
    const database = await startTestDatabase({ BEARMQ_TEST_PG: 'embedded', BEARMQ_TEST_PG_MAJOR: String(major) });
    try {
      expect(await queryValue(database.url, 'show server_version')).toMatch(new RegExp(`^${major}\\.`));
    } finally {
      await database.stop();
    }
  });

  it('is one of the supported ones', async () => {
    await expect(startTestDatabase({ BEARMQ_TEST_PG_MAJOR: '13' })).rejects.toThrow(
      'BEARMQ_TEST_PG_MAJOR is "13"; it may be 14, 15, 16, 17, 18.',
    );
  });

  it('is not said of a server that is up already', async () => {
    const url = 'postgres://somebody@db.example/theirs';
    for (const forced of [{}, { BEARMQ_TEST_PG: 'url' }]) {
      await expect(startTestDatabase({ DATABASE_URL: url, BEARMQ_TEST_PG_MAJOR: '14', ...forced })).rejects.toThrow(
        'BEARMQ_TEST_PG_MAJOR cannot choose the version of DATABASE_URL',
      );
    }
  });

  it("names a container's image, unless that is named already", () => {
    expect(imageName({}, undefined)).toBe('postgres:17-alpine');
    expect(imageName({}, 14)).toBe('postgres:14-alpine');
    expect(imageName({ BEARMQ_TEST_IMAGE: 'timescale/timescaledb' }, undefined)).toBe('timescale/timescaledb');
    expect(() => imageName({ BEARMQ_TEST_IMAGE: 'postgres:15' }, 14)).toThrow('both name a version');
  });
});

describe('systemBinaries', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'bearmq-system-'));
    for (const name of ['9.6', '14', '15']) {
      mkdirSync(join(root, name, 'bin'), { recursive: true });
      writeFileSync(join(root, name, 'bin', 'initdb'), '');
    }
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('takes the newest, or the one that is asked for', () => {
    expect(systemBinaries(undefined, root)?.label).toBe('system PostgreSQL 15');
    expect(systemBinaries(14, root)).toEqual({
      initdb: join(root, '14/bin/initdb'),
      postgres: join(root, '14/bin/postgres'),
      label: 'system PostgreSQL 14',
    });
    expect(systemBinaries(16, root)).toBeUndefined();
  });
});
