import { describe, expect, it } from '@jest/globals';
import { expectedRuntime, runSmoke } from './support/smoke.ts';

const url = process.env['BEARMQ_TEST_URL'] ?? '';
const CHECKS = [
  'migrates',
  'runs a job',
  'tries a failed job again',
  'keeps the order of a group',
  'repeats',
  'enqueues in a transaction of the program',
  'is woken by another process',
  'shows it in a dashboard',
  'stops when the running job is done',
];

describe(`BearMQ on ${expectedRuntime}`, () => {
  const clients = ['pg', 'postgres.js', ...(expectedRuntime === 'bun' ? ['Bun.sql'] : [])];

  it.each(clients)('keeps its promises with %s, and ends by itself', async (client) => {
    const { code, lines, errors } = await runSmoke(client, url);
    expect(errors).toBe('');
    expect(lines.map((line) => line.replace(/: \d+ ms$/, ''))).toEqual([
      expect.stringMatching(new RegExp(`^${expectedRuntime} \\d+\\.\\d+\\.\\d+, ${client}$`)),
      ...CHECKS,
      `all ${CHECKS.length} checks passed`,
    ]);
    expect(code).toBe(0);
  });

  it('fails without a database', async () => {
    const { code, lines, errors } = await runSmoke('pg', 'postgres://postgres@127.0.0.1:1/postgres');
    expect(code).not.toBe(0);
    expect(errors).toContain('ECONNREFUSED');
    expect(lines).toHaveLength(1);
  });
});
