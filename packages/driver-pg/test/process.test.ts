import { runProgram } from '@bearmq/test-database/driver-tests';
import { describe, expect, it } from '@jest/globals';

const program = (name: string): URL => new URL(`fixtures/${name}`, import.meta.url);

describe('a program with a driver', () => {
  it('outlives an idle connection that is cut, and ends by itself when all is closed', async () => {
    expect(await runProgram(program('idle-connection-cut.mjs'))).toEqual({
      code: 0,
      output: 'still alive\n',
      errors: '',
    });
  });
});
