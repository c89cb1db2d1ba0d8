import { FIRST_KEY, pruneKeys } from '@bearmq/core/internal';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { fromPg } from 'bearmq';
import type pg from 'pg';
import { useSchema } from '../support/database.ts';
import { keyedOf } from '../support/keyed-jobs.ts';
import { empty, statementsOf } from '../support/statements.ts';

// Whoever holds a lock here does so on a connection of the test's own, which no pooler may share.
const schema = useSchema({ way: 'direct' });
const statements = statementsOf(schema);
const { session, tables } = statements;
const { submit, one, waitsFor, inTransaction } = keyedOf(schema, statements);

beforeEach(async () => {
  await empty(schema);
  await schema.rows('truncate {s}.unique_key');
});

const sql = (text: string) => text.replaceAll('{s}', () => schema.q);
/** What a claim does to a job: it is locked, and then marked. */
const take = async (client: pg.PoolClient, jobId: string, worker: string) => {
  await client.query(sql('select 1 from {s}.job where id = $1 for update'), [jobId]);
  const marked = `state = 'running', fence = fence + 1, process_id = $2, started = true, attempt = 1`;
  await client.query(sql(`update {s}.job set ${marked} where id = $1`), [jobId, worker]);
};
const jobs = async () => await schema.rows('select id, state::text, payload::text from {s}.job order by seq');
const claim = async (worker: string) => await statements.claimed(worker, { slots: 10 });
const prune = () => pruneKeys(session, tables, { after: FIRST_KEY, limit: 100 });

describe('two who enqueue one new key', () => {
  it.each(['commit', 'rollback'])('wait for each other: the second by what becomes of the first, a %s', async (end) => {
    const [first, second] = await inTransaction(async (tx, client) => {
      const mine = await one({}, tx);
      const other = one();
      await waitsFor(client);
      await client.query(end);
      return [mine, await other];
    });
    expect(second).toEqual(
      end === 'commit' ? { jobId: first.jobId, outcome: 'skipped' } : { jobId: second.jobId, outcome: 'enqueued' },
    );
    expect(await jobs()).toMatchObject([{ id: second.jobId }]);
  });

  it('as lists in opposite order do not deadlock', async () => {
    const keys = Array.from({ length: 40 }, (_, n) => ({ key: String(n) }));
    const lists = Array.from({ length: 8 }, (_, n) => submit(n % 2 === 0 ? keys : keys.toReversed()));
    const granted = (await Promise.all(lists)).flat().filter(({ outcome }) => outcome === 'enqueued');
    expect(granted).toHaveLength(40);
    expect(await jobs()).toHaveLength(40);
  });

  it('in opposite order in two transactions are told of the deadlock, as something to be tried again', async () => {
    await inTransaction(async (tx, client) => {
      await one({ key: 'A' }, tx);
      await inTransaction(async (otherTx) => {
        await one({ key: 'B' }, otherTx);
        const theirs = one({ key: 'A' }, otherTx);
        await waitsFor(client);
        const both = await Promise.allSettled([theirs, one({ key: 'B' }, tx).finally(() => client.query('rollback'))]);
        const refused = both.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
        expect(refused.map(({ reason }) => reason)).toMatchObject([{ sqlState: '40P01', isRetryable: true }]);
      });
    });
  });
});

describe('whoever is told that his job was skipped', () => {
  it.each(['skip', 'replace', 'throw'] as const)(
    'has one that starts after his transaction: until then no claim takes it (%s)',
    async (onConflict) => {
      const { jobId } = await one();
      const worker = await statements.worker();
      await inTransaction(async (tx, client) => {
        await one({ onConflict, payloadText: '2' }, tx);
        expect(await claim(worker)).toEqual([]);
        await client.query('commit');
      });
      expect(await claim(worker)).toMatchObject([{ id: jobId, payloadText: onConflict === 'replace' ? '2' : 'null' }]);
    },
  );

  it('holds up no settle in the group of that job', async () => {
    const [running, waiting] = await submit([
      { jobGroup: 'G', key: 'A' },
      { jobGroup: 'G', key: 'B' },
    ]);
    const worker = await statements.worker();
    const taken = await claim(worker);
    expect(taken).toMatchObject([{ id: running?.jobId }]);
    expect(await claim(worker)).toEqual([]); // the other is behind it
    await inTransaction(async (tx, client) => {
      expect(await one({ key: 'B' }, tx)).toEqual({ jobId: waiting?.jobId, outcome: 'skipped' });
      await client.query(`set local statement_timeout = '10s'`);
      await statements.succeed(...taken);
      expect(await statements.finalized(running?.jobId ?? '')).toMatchObject({ outcome: 'succeeded' });
      expect(await claim(worker)).toEqual([]);
      await client.query('commit');
    });
    expect(await claim(worker)).toMatchObject([{ id: waiting?.jobId }]);
  });
});

describe('a job that is claimed while its key is asked for', () => {
  it.each(['skip', 'replace', 'restart', 'throw'] as const)(
    'is left alone: the key is taken over, and its settle waits for no transaction (%s)',
    async (onConflict) => {
      const { jobId } = await one({ payloadText: '1' });
      const worker = await statements.worker();
      await inTransaction(async (tx, user) => {
        const asked = await inTransaction(async (_, claimer) => {
          await take(claimer, jobId, worker);
          const second = one({ onConflict, payloadText: '2' }, tx);
          await waitsFor(claimer);
          await claimer.query('commit');
          return await second;
        });
        expect(asked).toMatchObject({ outcome: 'enqueued' });
        expect(asked.jobId).not.toBe(jobId);
        // The user's transaction is open, and holds nothing of the job that runs.
        const lock = await schema.direct.connect();
        await lock.query('begin');
        const { rows } = await lock.query(sql('select payload::text from {s}.job where id = $1 for update nowait'), [
          jobId,
        ]);
        await lock.query('rollback');
        lock.release();
        expect(rows).toEqual([{ payload: '1' }]);
        await user.query('commit');
      });
      expect(await jobs()).toMatchObject([{ state: 'running' }, { state: 'ready', payload: '2' }]);
    },
  );

  it('and held until the end keeps it: the other is skipped, not replaced', async () => {
    const { jobId } = await one({ until: 'finished', payloadText: '1' });
    const worker = await statements.worker();
    await inTransaction(async (tx) => {
      const asked = await inTransaction(async (_, claimer) => {
        await take(claimer, jobId, worker);
        const second = one({ until: 'finished', onConflict: 'replace', payloadText: '2' }, tx);
        await waitsFor(claimer);
        await claimer.query('commit');
        return await second;
      });
      expect(asked).toEqual({ jobId, outcome: 'skipped' });
    });
    expect(await jobs()).toMatchObject([{ state: 'running', payload: '1' }]);
  });
});

describe('a waiting job that changes while its key is asked for', () => {
  it('is replaced as it is then, when it was made ready meanwhile', async () => {
    const { jobId } = await one({ delaySecs: 60, payloadText: '1' });
    const asked = await inTransaction(async (_, claimer) => {
      await claimer.query(sql(`update {s}.job set state = 'ready', run_at = null where id = $1`), [jobId]);
      const second = one({ delaySecs: 60, onConflict: 'restart', payloadText: '2' });
      await waitsFor(claimer);
      await claimer.query('commit');
      return await second;
    });
    expect(asked).toEqual({ jobId, outcome: 'replaced' });
    expect(await jobs()).toEqual([{ id: jobId, state: 'ready', payload: '2' }]);
  });

  it.each(['commit', 'rollback'])('and was deleted holds nothing, if that is committed (%s)', async (end) => {
    const { jobId } = await one();
    const asked = await inTransaction(async (_, other) => {
      await other.query(sql('delete from {s}.job where id = $1'), [jobId]);
      const second = one();
      await waitsFor(other);
      await other.query(end);
      return await second;
    });
    expect(asked.outcome).toBe(end === 'commit' ? 'enqueued' : 'skipped');
    expect(await jobs()).toMatchObject([{ id: asked.jobId }]);
  });
});

describe('a key that is free to be taken over', () => {
  it.each(['commit', 'rollback'])('is taken over by one of two: the second waits for the first, a %s', async (end) => {
    await one();
    await claim(await statements.worker());
    const [first, second] = await inTransaction(async (tx, client) => {
      const mine = await one({}, tx);
      const other = one();
      await waitsFor(client);
      await client.query(end);
      return [mine, await other];
    });
    expect(first.outcome).toBe('enqueued');
    expect(second).toMatchObject(
      end === 'commit' ? { jobId: first.jobId, outcome: 'skipped' } : { outcome: 'enqueued' },
    );
    expect(await jobs()).toMatchObject([{ state: 'running' }, { id: second.jobId }]);
  });

  it('is not deleted while it is taken over', async () => {
    await one();
    await statements.succeed(...(await claim(await statements.worker())));
    await inTransaction(async (tx, client) => {
      await one({}, tx);
      expect(await prune()).toEqual({ next: null, deleted: 0 });
      await client.query('commit');
    });
    expect(await prune()).toEqual({ next: null, deleted: 0 });
    expect(await one()).toMatchObject({ outcome: 'skipped' });
  });

  it('and is being deleted is entered anew', async () => {
    await one();
    await statements.succeed(...(await claim(await statements.worker())));
    const second = await inTransaction(async (tx, client) => {
      expect(await pruneKeys(tx, tables, { after: FIRST_KEY, limit: 100 })).toMatchObject({ deleted: 1 });
      const asked = one();
      await waitsFor(client);
      await client.query('commit');
      return await asked;
    });
    expect(second.outcome).toBe('enqueued');
    expect(await one()).toEqual({ jobId: second.jobId, outcome: 'skipped' });
  });
});

describe('a transaction that sees what was there when it began', () => {
  it('is told to try again where the key has changed since', async () => {
    const first = await one();
    const client = await schema.direct.connect();
    await client.query('begin isolation level repeatable read');
    await client.query(sql('select 1 from {s}.job'));
    expect(await one({}, fromPg(client))).toEqual({ jobId: first.jobId, outcome: 'skipped' });
    await client.query('rollback');
    await client.query('begin isolation level repeatable read');
    await client.query(sql('select 1 from {s}.job'));
    await claim(await statements.worker());
    await one();
    await expect(one({}, fromPg(client))).rejects.toMatchObject({ sqlState: '40001', isRetryable: true });
    await client.query('rollback');
    client.release();
  });
});
