import { describe, expect, it } from '@jest/globals';
import { rejectionOf, thrownBy } from '../src/thrown.ts';

const REASON = { no: 'error' };

describe('thrownBy', () => {
  it('gives what is thrown, whatever it is', () => {
    const act = (): never => {
      throw REASON;
    };
    expect(thrownBy(act)).toBe(REASON);
  });

  it('throws where nothing is thrown', () => {
    expect(() => thrownBy(() => REASON)).toThrow('nothing was thrown');
  });
});

describe('rejectionOf', () => {
  it('resolves to the reason, whatever it is', async () => {
    expect(await rejectionOf(Promise.reject(REASON))).toBe(REASON);
  });

  it('rejects where the promise resolves', async () => {
    await expect(rejectionOf(Promise.resolve(REASON))).rejects.toThrow('it was not rejected');
  });
});
