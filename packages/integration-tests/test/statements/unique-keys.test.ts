import { FIRST_KEY, pruneKeys, recordDefinitions } from '@bearmq/core/internal';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { useSchema } from '../support/database.ts';
import { keyedOf } from '../support/keyed-jobs.ts';
import { empty, statementsOf } from '../support/statements.ts';

const schema = useSchema();
const statements = statementsOf(schema);
const { session, tables } = statements;
const { submit, one } = keyedOf(schema, statements);

beforeEach(async () => {
  await empty(schema);
  await schema.rows('truncate {s}.unique_key, {s}.job_definition');
});

describe('pruning unique keys', () => {
  const prune = (after = FIRST_KEY, limit = 100) => pruneKeys(session, tables, { after, limit });
  const keys = async () => (await schema.rows('select key from {s}.unique_key order by key')).map(({ key }) => key);

  it('deletes what nothing holds: no job, no time, and no history where that counts', async () => {
    await submit([
      { key: 'started, over', until: 'started' },
      { key: 'finished, over', until: 'finished' },
      { key: 'for a time, over', forSecs: 60 },
      { key: 'past its time, over', forSecs: 60 },
      { key: 'deleted, kept', until: 'deleted' },
    ]);
    await statements.succeed(...(await statements.claimed(await statements.worker())));
    await submit([
      { key: 'started, running', until: 'started' },
      { key: 'finished, running', until: 'finished' },
    ]);
    await statements.claimed(await statements.worker());
    await submit([{ key: 'waiting' }, { key: 'delayed', delaySecs: 60 }]);
    await schema.rows(`update {s}.unique_key set held_until = now() - interval '1 s' where key like 'past%'`);
    expect(await prune()).toEqual({ next: null, deleted: 4 });
    expect(await keys()).toEqual(['delayed', 'deleted, kept', 'finished, running', 'for a time, over', 'waiting']);
    await schema.rows('delete from {s}.finalized_job');
    await schema.rows('delete from {s}.job');
    expect(await prune()).toEqual({ next: null, deleted: 4 });
    expect(await keys()).toEqual(['for a time, over']);
  });

  it('goes page by page, and comes to the end though some are held', async () => {
    await submit(Array.from({ length: 25 }, (_, n) => ({ key: String(n) })));
    await schema.rows(`delete from {s}.job where id in (select job_id from {s}.unique_key order by hash offset 3)`);
    let after: string | null = FIRST_KEY;
    const deleted: number[] = [];
    while (after !== null) {
      const page: Awaited<ReturnType<typeof prune>> = await prune(after, 10);
      deleted.push(page.deleted);
      after = page.next;
    }
    expect(deleted).toEqual([7, 10, 5]);
    expect(await keys()).toHaveLength(3);
    expect(await prune('ffffffff-ffff-ffff-ffff-ffffffffffff')).toEqual({ next: null, deleted: 0 });
  });

  it('keeps a key whose job is put back into the queue by hand', async () => {
    const { jobId } = await one({ until: 'finished' });
    await statements.claimed(await statements.worker());
    await schema.rows(`update {s}.job set state = 'ready', process_id = null, attempt = 0`);
    expect(await prune()).toEqual({ next: null, deleted: 0 });
    expect(await one({ until: 'finished' })).toEqual({ jobId, outcome: 'skipped' });
  });
});

describe('what definitions say', () => {
  const record = (...definitions: readonly (readonly [string, object])[]) =>
    recordDefinitions(
      session,
      tables,
      definitions.map(([name, defaults]) => ({ name, defaults: JSON.stringify(defaults) })),
    );
  const rows = () => schema.rows('select name, defaults, xmin::text from {s}.job_definition order by name');

  it('is written where it differs from what is there, and not touched where it does not', async () => {
    await record(['A', { priority: 1 }], ['B', { priority: 2 }]);
    const before = await rows();
    await record(['A', { priority: 1 }], ['B', { priority: 3 }], ['ü"\\', {}]);
    const [a, b, c] = await rows();
    expect(a).toEqual(before[0]);
    expect(b).toMatchObject({ name: 'B', defaults: { priority: 3 } });
    expect(c).toMatchObject({ name: 'ü"\\', defaults: {} });
    await record();
    expect(await rows()).toHaveLength(3);
  });

  it('is written by many at once, in whatever order', async () => {
    const names = ['A', 'B', 'C', 'D'];
    const writers = Array.from({ length: 8 }, (_, n) => {
      const said = names.map((name) => [name, { priority: n }] as const);
      return record(...(n % 2 === 0 ? said : said.toReversed()));
    });
    await Promise.all(writers);
    expect(await rows()).toHaveLength(4);
  });
});
