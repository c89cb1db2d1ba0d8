import { runProgram } from '@bearmq/test-database/driver-tests';
import { describe, expect, it } from '@jest/globals';

const program = (name: string): URL => new URL(`fixtures/${name}`, import.meta.url);

describe('a program with a driver', () => {
  it('outlives transactions whose connection is cut, and ends by itself when all is closed', async () => {
    expect(await runProgram(program('transactions-cut.mjs'))).toEqual({
      code: 0,
      output: 'idle: rejected\nunder a statement: rejected\nwith more in line: rejected\nstill alive\n',
      errors: '',
    });
  });

  it('ends by itself when its subscription is closed, whether it was connected or not', async () => {
    expect(await runProgram(program('subscriptions-closed.mjs'))).toEqual({ code: 0, output: 'closed\n', errors: '' });
  });
});
