import { expect, it } from '@jest/globals';
import { blocked } from '../../src/figures/blocked.ts';
import { rerun } from '../../src/figures/rerun.ts';

const quietly = { note: () => {}, interrupted: new AbortController().signal, settings: { leaseSecs: 3 } };

it('the jobs of killed workers are measured until each has run again', async () => {
  const { title, tables } = await rerun({ ...quietly, kills: 2 });
  expect(title).toMatch(/2 kills/);
  expect(tables.join('\n')).toMatch(/runs again after(?: \| \d+\.\d s){5} \|/);
}, 60_000);

it('blocked event loops outlive their leases where a session lock stands for them', async () => {
  const { tables } = await blocked({ ...quietly, blockMs: 6_000 });
  expect(tables.join('\n')).toMatch(/with a session lock \| 5 \| \d+ \| 0 \|/);
}, 60_000);
