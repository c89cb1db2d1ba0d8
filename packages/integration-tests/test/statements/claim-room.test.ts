// How much payload a claim brings.

import { claimAnnounced } from '@bearmq/core/internal';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { useSchema } from '../support/database.ts';
import { empty, statementsOf } from '../support/statements.ts';

const schema = useSchema();
const statements = statementsOf(schema);
const ids = (jobs: readonly { readonly id: string }[]) => jobs.map(({ id }) => id);
const payload = (chars: number) => ({ payloadText: JSON.stringify('x'.repeat(chars)) });

beforeEach(() => empty(schema));

describe.each([
  ['small ones', 1_000],
  ['ones that are stored compressed', 100_000],
])('a claim with room for some payloads, %s', (_, chars) => {
  const room = chars * 2.5;

  it('ends with the one that fills it', async () => {
    const worker = await statements.worker();
    const all = await statements.insert(...Array.from({ length: 5 }, () => payload(chars)));
    expect(ids(await statements.claimed(worker, { room }))).toEqual(all.slice(0, 3));
    expect(ids(await statements.claimed(worker, { room: 1 }))).toEqual(all.slice(3, 4));
    expect(await statements.job(all[4] ?? '')).toMatchObject({ state: 'ready', fence: 0 });
  });

  it('ends with the one that fills it, of several lanes too', async () => {
    const worker = await statements.worker();
    const all = await statements.insert(
      ...['A', 'B', 'C', 'A', 'B'].map((channel) => ({ channel, ...payload(chars) })),
    );
    expect(ids(await statements.claimed(worker, { room }))).toEqual(all.slice(0, 3));
    expect(ids(await statements.claimed(worker, { room: 1, slots: 1 }))).toEqual(all.slice(3, 4));
  });

  it('counts those of groups in, whose runs end early', async () => {
    const worker = await statements.worker();
    const all = await statements.insert(
      ...['a', 'a', 'b', 'a'].map((jobGroup) => ({ jobGroup, ...payload(chars) })),
      payload(chars),
    );
    expect(ids(await statements.claimed(worker, { room, maxPerGroup: 9 })).sort()).toEqual(all.slice(0, 3));
    expect(await statements.group('a')).toMatchObject({ running: 2 });
    expect(ids(await statements.claimed(worker, { room }))).toEqual(all.slice(4));
  });

  it('ends likewise where it was told of them', async () => {
    const processId = await statements.worker();
    const all = await statements.insert(...Array.from({ length: 5 }, () => payload(chars)));
    const announced = all.map((id) => ({ id, channel: 'DEFAULT', name: 'JOB' }));
    const { jobs } = await claimAnnounced(statements.session, statements.tables, {
      processId,
      generation: 0,
      announced,
      room,
    });
    expect(ids(jobs)).toEqual(all.slice(0, 3));
  });
});
