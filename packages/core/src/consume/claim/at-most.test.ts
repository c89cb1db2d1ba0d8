import { expect, it } from '@jest/globals';
import { atMost } from './at-most.ts';

it('a demand that there is no room for is cut, first what is claimed ahead', () => {
  const demand = { channels: ['C'], slots: 4, ahead: 6, maxPerGroup: 3, usual: 2 };
  expect(atMost(demand, 10)).toBe(demand);
  expect(atMost(demand, 7)).toEqual({ ...demand, ahead: 3 });
  expect(atMost(demand, 3)).toEqual({ ...demand, slots: 3, ahead: 0 });
  expect(atMost({ ...demand, slots: 0 }, 1)).toEqual({ ...demand, slots: 0, ahead: 1 });
});
