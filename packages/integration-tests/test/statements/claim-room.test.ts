// How much payload a claim brings.
import { beforeEach, describe, expect, it } from '@jest/globals';
import { benchOf, empty } from '../support/bench.ts';
import { claimTold } from '../support/core-internals.ts';
import { useSchema } from '../support/database.ts';

const schema = useSchema();
const bench = benchOf(schema);
const ids = (jobs: readonly { readonly id: string }[]) => jobs.map(({ id }) => id);
const payload = (chars: number) => ({ payloadText: JSON.stringify('x'.repeat(chars)) });

beforeEach(() => empty(schema));

describe.each([
  ['small ones', 1_000],
  ['ones that are stored compressed', 100_000],
])('a claim with room for some payloads, %s', (_, chars) => {
  const room = chars * 2.5;

  it('ends with the one that fills it', async () => {
    const worker = await bench.worker();
    const all = await bench.insert(...Array.from({ length: 5 }, () => payload(chars)));
    expect(ids(await bench.claimed(worker, { room }))).toEqual(all.slice(0, 3));
    expect(ids(await bench.claimed(worker, { room: 1 }))).toEqual(all.slice(3, 4));
    expect(await bench.job(all[4] ?? '')).toMatchObject({ state: 'ready', claims: 0 });
  });

  it('ends with the one that fills it, of several lanes too', async () => {
    const worker = await bench.worker();
    const all = await bench.insert(...['A', 'B', 'C', 'A', 'B'].map((channel) => ({ channel, ...payload(chars) })));
    expect(ids(await bench.claimed(worker, { room }))).toEqual(all.slice(0, 3));
    expect(ids(await bench.claimed(worker, { room: 1, slots: 1 }))).toEqual(all.slice(3, 4));
  });

  it('counts those of groups in, whose runs end early', async () => {
    const worker = await bench.worker();
    const all = await bench.insert(
      ...['a', 'a', 'b', 'a'].map((jobGroup) => ({ jobGroup, ...payload(chars) })),
      payload(chars),
    );
    expect(ids(await bench.claimed(worker, { room, run: 9 }))).toEqual(all.slice(0, 3));
    expect(await bench.group('a')).toMatchObject({ running: 2 });
    expect(ids(await bench.claimed(worker, { room }))).toEqual(all.slice(4));
  });

  it('ends likewise where it was told of them', async () => {
    const workerId = await bench.worker();
    const all = await bench.insert(...Array.from({ length: 5 }, () => payload(chars)));
    const told = all.map((id) => ({ id, channel: 'DEFAULT', name: 'JOB' }));
    const { jobs } = await claimTold(bench.session, bench.tables, { workerId, generation: 0, told, room });
    expect(ids(jobs)).toEqual(all.slice(0, 3));
  });
});
