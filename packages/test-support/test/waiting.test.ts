import { describe, expect, it } from '@jest/globals';
import { soon, until } from '../src/waiting.ts';

describe('until', () => {
  it('resolves to the first answer that is neither undefined nor false, be it null or 0', async () => {
    const answers = [undefined, false, 0, 1];
    expect(await until('there is a number', () => answers.shift())).toBe(0);
    expect(answers).toEqual([1]);
    expect(await until('there is null', async () => null)).toBeNull();
  });

  it('rejects at the deadline, with what was waited for and what else there is to say', async () => {
    const waiting = until(
      'pigs fly',
      () => false,
      20,
      () => 'none has wings',
    );
    await expect(waiting).rejects.toThrow('waited 20 ms in vain until pigs fly\nnone has wings');
  });

  it('looks before it gives up, however late it is: a process that stood still fails no test', async () => {
    let asked = 0;
    const late = (): boolean => {
      for (const end = performance.now() + 5; performance.now() < end; );
      asked += 1;
      return true;
    };
    await until('it is asked', late, 1);
    expect(asked).toBe(1);
  });

  it('rejects at once with what the probe throws', async () => {
    const probe = (): boolean => {
      throw new Error('no such table');
    };
    await expect(until('there are rows', probe)).rejects.toThrow('no such table');
  });
});

describe('soon', () => {
  it('settles as the promise does', async () => {
    expect(await soon('a number', Promise.resolve(1))).toBe(1);
    await expect(soon('a number', Promise.reject(new Error('none')))).rejects.toThrow('none');
  });
});
