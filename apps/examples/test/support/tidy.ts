import { expect } from '@jest/globals';
import { SCHEMA, type TestDatabase } from './database.ts';

/** Nothing is left of processes that were stopped: no lease, no running job, no busy group. */
export async function expectTidy({ rows }: TestDatabase): Promise<void> {
  expect(await rows(`select id from ${SCHEMA}.process`)).toEqual([]);
  expect(await rows(`select id from ${SCHEMA}.job where state = 'running'`)).toEqual([]);
  expect(await rows(`select name from ${SCHEMA}.job_group where running > 0`)).toEqual([]);
}
