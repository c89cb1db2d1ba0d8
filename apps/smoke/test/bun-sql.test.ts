import { describe, expect, it } from '@jest/globals';
import { withDatabase } from './support/database.ts';
import { expectedRuntime, runProgram, runTestsOnBun } from './support/smoke.ts';

if (expectedRuntime === 'bun') describe('Bun.sql', tests);
else describe.skip(`Bun.sql (skipped: this is ${expectedRuntime}; BEARMQ_SMOKE_RUNTIME names no bun)`, tests);

function tests(): void {
  it.each([
    ['sessions', 310],
    ['transactions', 30],
  ])('passes the %s cases of every client', async (file, atLeast) => {
    const { code, errors } = await runTestsOnBun(`${file}.ts`);
    expect(errors.match(/^\(fail\).*$/gm) ?? []).toEqual([]);
    const [, passed] = /^ *(\d+) pass$/m.exec(errors) ?? [];
    expect(Number(passed)).toBeGreaterThanOrEqual(atLeast);
    expect(code).toBe(0);
  });

  it('places an order and its job in one transaction, as the documentation shows it', async () => {
    const { code, lines, errors } = await withDatabase((own) => runProgram('bun-sql/orders', own));
    expect(errors).toBe('');
    expect(lines).toEqual([
      'order 1 placed',
      'order 2 placed',
      expect.stringMatching(/^no order: duplicate key value/),
      'mail for order 1',
      'mail for order 2',
      '2 mails sent',
    ]);
    expect(code).toBe(0);
  });
}
