import { renewLease, rescue } from '@bearmq/core/internal';
import { expect, it } from '@jest/globals';
import { useSchema } from '../support/database.ts';
import { statementsOf } from '../support/statements.ts';
import { until } from '../support/until.ts';

const schema = useSchema();
const statements = statementsOf(schema);
const { session, tables } = statements;
const INPUT = { selfId: null, unlockSecs: 10_800, blockedSecs: 10_800, graceSecs: 6 };

it('a rescue takes a worker that was watched for the time of grace, with no gap, and did not renew', async () => {
  const isUp = `select pg_postmaster_start_time() < now() - interval '7 s'`;
  await until('the server has been up for long enough', async () => (await schema.value(isUp)) as boolean);
  const processId = await statements.worker();
  const look = (graceSecs = 6) => rescue(session, tables, { ...INPUT, graceSecs });
  const watched = (fromSecs: number, atSecs: number) =>
    schema.rows(
      `update {s}.process set watched_from = now() - make_interval(secs => $1),
        watched_at = now() - make_interval(secs => $2)`,
      [fromSecs, atSecs],
    );
  const watchedFor = () => schema.value('select extract(epoch from now() - watched_from)::float8 from {s}.process');
  expect(await look()).toMatchObject({ rescued: [], isAnyOverdue: false });
  await schema.age(16, 'process'); // half of its lease: it should have renewed
  expect(await look()).toMatchObject({ rescued: [], isAnyOverdue: true });
  await schema.age(15, 'process'); // the lease is over
  expect(await look()).toMatchObject({ rescued: [], isAnyOverdue: true });
  await watched(5, 1);
  expect((await look()).rescued).toEqual([]);
  expect(await watchedFor()).toBeGreaterThan(5);
  await watched(100, 3.5); // nobody looked for so long
  expect((await look()).rescued).toEqual([]);
  expect(await watchedFor()).toBeLessThan(3);
  await watched(100, 1);
  expect((await look(1e9)).rescued).toEqual([]); // the server itself has not been up for that long
  await watched(7, 1);
  const other = await statements.worker();
  expect((await renewLease(session, tables, { processId: other, leaseSecs: 30, sessionKey: null })).isAnyOverdue).toBe(
    true,
  );
  await renewLease(session, tables, { processId, leaseSecs: 30, sessionKey: null });
  expect(await watchedFor()).toBe(null);
  await schema.age(31, 'process');
  await watched(7, 1);
  const taken = await rescue(session, tables, { ...INPUT, selfId: other });
  expect(taken).toMatchObject({ rescued: [{ kind: 'process', processId }], isAnyOverdue: false });
  expect(await schema.value('select id::text from {s}.process')).toBe(other);
});
