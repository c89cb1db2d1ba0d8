import { describe, expect, test } from '@jest/globals';
import { OWNERS } from '../src/reference/option-owners.ts';
import { rowsOf } from '../src/reference/options.ts';

const owners = await Promise.all(OWNERS.map(async (owner) => ({ owner, rows: await rowsOf(owner) })));

/** Whether the option is refused; what fails for another reason took it. */
async function isRefused(make: (option: Readonly<Record<string, unknown>>) => unknown, name: string, value: unknown) {
  try {
    await make({ [name]: value });
    return false;
  } catch (error) {
    const { code, option } = error as { readonly code?: string; readonly option?: string };
    return code === 'BEAR_INVALID_OPTION' && option?.split('.').at(-1) === name;
  }
}

const numbers = owners.flatMap(({ owner, rows }) =>
  rows.flatMap(({ name, range, rangeText }) => {
    // One whose page says something else depends on another option.
    const isOfNumbers = range?.text === rangeText && !rangeText.endsWith('bytes');
    if (!isOfNumbers || range.min === undefined || range.max === undefined) return [];
    return [{ option: `${owner.name}.${name}`, make: owner.make, name, min: range.min, max: range.max }];
  }),
);

describe('the page of options', () => {
  test.each(numbers)('has the range that the code holds: $option', async ({ make, name, min, max }) => {
    const refused = await Promise.all([min, max, min - 0.001, max + 1].map((value) => isRefused(make, name, value)));
    expect(refused).toEqual([false, false, true, true]);
  });

  test('has a range or a kind for each option', () => {
    const without = owners.flatMap(({ owner, rows }) =>
      rows.filter(({ rangeText }) => rangeText === '').map(({ name }) => `${owner.name}.${name}`),
    );
    expect(without.filter((option) => !option.endsWith('.context') && !NO_RANGE.includes(option))).toEqual([]);
  });

  test.each([
    ['Context', 'leaseSecs', '`30`', '3 to 86,400'],
    ['Context', 'wakeUp', "`'auto'`", "`'auto'`, `'poll'`"],
    ['JobDefinition', 'numAttempts', '`1`', '1 to 1,000,000, whole'],
    ['JobDefinition', 'channel', "`'DEFAULT'`", '1 to 255 bytes'],
    ['Worker', 'concurrency', '`1`', '1 to 10,000, whole'],
    ['Orchestrator', 'cleanUpPollSecs', '`10`', '0.1 to 86,400'],
  ])('has what the README promised: %s.%s', (of, option, byDefault, range) => {
    const rows = owners.find(({ owner }) => owner.name === of)?.rows ?? [];
    expect(rows.find(({ name }) => name === option)).toMatchObject({ byDefault, rangeText: range });
  });
});

/** Their types say it all. */
const NO_RANGE = ['limits.list.after'];
