import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { JobDefinition } from 'bearmq';
import type { Bin } from '../../cli/support/bin.ts';
import { callOn } from '../../cli/support/call.ts';
import type { useDaemons } from '../../support/daemons.ts';
import type { TestSchema } from '../../support/database.ts';
import { until } from '../../support/until.ts';
import type { Rival } from './rival.ts';

/** A system to import from. */
export interface Source {
  readonly schema: TestSchema;
  readonly start: (argv: readonly string[], env?: NodeJS.ProcessEnv, cwd?: string) => Bin;
  readonly daemons: ReturnType<typeof useDaemons>;
  /** Where its map lies. */
  readonly folder: string;
  /** Of the import, beside the map. */
  readonly argv: () => readonly string[];
  readonly open: () => Promise<Rival>;
  /** How many jobs it has that have not begun, delayed ones among them. */
  readonly waiting: () => Promise<number>;
}

const HOUR = 3_600;

/** What holds where the jobs of both are in one database. */
export function pageIsAllOrNothing({ schema, start, folder, argv, open, waiting }: Source): void {
  it('moves a page whole or not at all, however it ends', async () => {
    const old = await open();
    await old.add(range(0, 100));
    await old.kill();
    const before = await schema.value('select count(*)::int from {s}.job');
    const held = await schema.direct.connect();
    try {
      await held.query(`begin; lock table ${schema.q}.job in exclusive mode`);
      const args = [...argv(), '--map', mapIn(folder), '--schema', schema.name];
      const bin = start(args, { DATABASE_URL: schema.url }, folder);
      await until('the import waits to enqueue', async () => {
        const waits = `select count(*)::int from pg_locks where not granted and relation = $1::regclass`;
        return Number(await schema.value(waits, [`${schema.q}.job`])) > 0;
      });
      bin.process.kill('SIGKILL');
      await bin.exit;
    } finally {
      await held.query('rollback');
      held.release();
    }
    await until('the server has noticed', async () => {
      const others = `select count(*)::int from pg_stat_activity where application_name = 'bearmq cli' and datname = current_database()`;
      return Number(await schema.value(others)) === 0;
    });
    expect(await waiting()).toBe(100);
    expect(await schema.value('select count(*)::int from {s}.job')).toBe(before);
    expect(await callOn(schema, [...argv(), '--map', mapIn(folder), '--dry-run'])).toMatchObject({
      exitCode: 0,
      out: expect.stringContaining('would move 100 jobs'),
    });
    expect(await waiting()).toBe(100);
    expect(await callOn(schema, [...argv(), '--map', mapIn(folder)])).toMatchObject({ exitCode: 0 });
    expect(await waiting()).toBe(0);
    expect(await schema.value('select count(*)::int from {s}.job')).toBe(Number(before) + 100);
  });
}

/** What holds for an import from any system, while its workers and producers go on. */
export function importPromises(source: Source): void {
  const { schema, start } = source;
  const argv = (): readonly string[] => [...source.argv(), '--map', mapIn(source.folder), '--schema', schema.name];

  it('moves jobs while others are added and both work: each runs once', async () => {
    const old = await source.open();
    await old.add(range(0, 500));
    await old.add(range(500, 1_000), HOUR);
    const { ran } = await worker(source);
    await old.work();
    await until('the old worker works', () => old.ran.length > 10);
    let isAdding = true;
    const adding = addMore(old, 1_000, 1_200).finally(() => {
      isAdding = false;
    });
    // One that began after the last was added moves all.
    for (let isLast = false; !isLast; ) {
      isLast = !isAdding;
      const { exitCode, err } = await callOn(schema, argv().slice(0, -2));
      expect({ exitCode, err }).toMatchObject({ exitCode: 0 });
    }
    await adding;
    await until('nothing waits there', async () => (await source.waiting()) === 0);
    await old.stop();
    expect(await schema.value("select count(*)::int from {s}.job where state = 'scheduled'")).toBe(500);
    await schema.age(HOUR, 'job');
    await until('all have run', () => ran.length + old.ran.length >= 1_200);
    expect([...ran, ...old.ran].sort((a, b) => a - b)).toEqual(range(0, 1_200));
    expect(ran.length).toBeGreaterThanOrEqual(500);
    await old.kill();
  });

  it('is killed midway, and goes on when it is run again: no job is lost, none runs twice', async () => {
    const old = await source.open();
    await old.add(range(0, 500));
    await old.add(range(500, 1_000), HOUR);
    const { ran } = await worker(source);
    const bin = start(argv(), { DATABASE_URL: schema.url }, source.folder);
    await bin.wrote('so far');
    bin.process.kill('SIGKILL');
    await bin.exit;
    await old.work();
    expect(await start(argv(), { DATABASE_URL: schema.url }, source.folder).exit).toBe(0);
    await until('nothing waits there', async () => (await source.waiting()) === 0);
    await old.stop();
    await schema.age(HOUR, 'job');
    await until('all have run', () => ran.length + old.ran.length >= 1_000);
    expect([...ran, ...old.ran].sort((a, b) => a - b)).toEqual(range(0, 1_000));
    await old.kill();
  });
}

/** The map that the tests import with. */
export function mapIn(folder: string, entry: unknown = 'NUMBERS'): string {
  const file = join(folder, 'map.json');
  writeFileSync(file, JSON.stringify({ numbers: entry }));
  return file;
}

export function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

async function addMore(old: Rival, from: number, to: number): Promise<void> {
  for (let n = from; n < to; n += 10) await old.add(range(n, n + 10));
}

/** A worker of BearMQ for the jobs that come. */
async function worker({ schema, daemons }: Source): Promise<{ readonly ran: readonly number[] }> {
  const ran: number[] = [];
  const context = schema.context({ pollSecs: 0.1 });
  const definition = new JobDefinition({
    context,
    name: 'NUMBERS',
    workFunction: ({ n }: { n: number }) => {
      ran.push(n);
    },
  });
  await definition.register();
  daemons.worker(context, { concurrency: 20 });
  return { ran };
}
