import { describe, expect, it } from '@jest/globals';
import { useRole } from '../roles/support/roles.ts';
import { useSchema } from '../support/database.ts';
import { until } from '../support/until.ts';
import { useBin } from './support/bin.ts';
import { call, callOn } from './support/call.ts';
import { linesOf } from './support/golden.ts';

const schema = useSchema({ migrations: 'none', database: 'own', way: 'direct' });
const role = useRole(schema, 'nothing');
const start = useBin();

const schemasLeft = async () =>
  await schema.rows(`select nspname::text as name from pg_namespace where nspname like 'bearmq\\_bench\\_%'`);

const part = { secs: expect.any(Number), perSec: expect.any(Number) };

/** In order: what each leaves is seen by the next. */
describe('bearmq bench', () => {
  it('measures, says what the figures mean and depend on, and leaves nothing', async () => {
    const { exitCode, out, err } = await callOn(schema, ['bench', '--jobs', '300', '--seconds', '600', '--plain']);
    expect(exitCode).toBe(0);
    const [titles, ...parts] = linesOf(out).slice(0, 4);
    expect(titles).toEqual(['part', 'jobs', 'seconds', 'jobs a second']);
    expect(parts.map(([title, jobs]) => [title, jobs])).toEqual([
      ['enqueue, one by one', '300'],
      ['enqueueMany, 1000 at a time', '300'],
      ['run, 50 at a time', '600'],
    ]);
    for (const [, , , perSec] of parts) expect(Number(perSec)).toBeGreaterThan(0);
    expect(out).toMatch(
      /\nlatency of 300 single jobs: p50 [\d.]+ ms, p95 [\d.]+ ms, p99 [\d.]+ ms, longest [\d.]+ ms\n$/,
    );
    expect(err).toMatch(/^measuring in the schema bearmq_bench_[0-9a-f]{8}, which is dropped after\n/);
    expect(err).toMatch(/What it means\n.*What it depends on\n.*a round trip takes [\d.]+ ms/s);
    expect(await schemasLeft()).toEqual([]);
  });

  it('gives JSON, and takes no longer than it is told', async () => {
    const { exitCode, out } = await callOn(schema, ['bench', '--jobs', '100000', '--seconds', '0.1', '--json']);
    expect(exitCode).toBe(0);
    const told = JSON.parse(out) as { readonly enqueue: { readonly jobs: number } };
    expect(told).toEqual({
      server: { version: expect.any(String), synchronousCommit: expect.any(String), roundTripMs: expect.any(Number) },
      enqueue: { jobs: expect.any(Number), ...part },
      enqueueMany: { jobs: expect.any(Number), ...part },
      run: { jobs: expect.any(Number), ...part },
      latencyMs: {
        jobs: expect.any(Number),
        ...{ p50: expect.any(Number), p95: expect.any(Number), p99: expect.any(Number), max: expect.any(Number) },
      },
    });
    expect(told.enqueue.jobs).toBeGreaterThan(0);
    expect(told.enqueue.jobs).toBeLessThan(100_000);
    expect(await schemasLeft()).toEqual([]);
  });

  it.each(['enqueueing one by one', 'running all of them', 'running single jobs'])(
    'drops its schema when it is interrupted while %s',
    async (what) => {
      const isFirst = what.startsWith('enqueueing');
      const options = isFirst
        ? ['--seconds', '600', '--jobs', '1000000']
        : ['--seconds', '3', '--jobs', '30000', '--concurrency', '5'];
      const bin = start(['bench', ...options], { DATABASE_URL: schema.url });
      await bin.wrote(what);
      bin.process.kill('SIGINT');
      expect(await bin.exit).toBe(130);
      expect(bin.out()).toBe('');
      expect(await schemasLeft()).toEqual([]);
    },
  );

  it('ends at once at a second signal, and says how to drop what is left', async () => {
    const bin = start(['bench', '--seconds', '600', '--jobs', '1000000'], { DATABASE_URL: schema.url });
    await bin.wrote('enqueueing one by one');
    const [{ name } = {}] = await schemasLeft();
    const client = await schema.direct.connect();
    try {
      await client.query(`begin; lock table "${String(name)}".job in share mode`); // what keeps it from an end
      bin.process.kill('SIGINT');
      await bin.wrote('stopping');
      bin.process.kill('SIGINT');
      expect(await bin.exit).toBe(130);
      const drop = `drop schema if exists "${String(name)}" cascade`;
      expect(bin.err()).toContain(`warning: the schema may be left: ${drop}`);
      await client.query('rollback');
      await until('the server has ended what was under way', async () => {
        const locks = `select c.relname from pg_locks l join pg_class c on c.oid = l.relation where c.relnamespace = $1::text::regnamespace`;
        return (await schema.rows(locks, [name])).length === 0;
      });
      await client.query(drop);
    } finally {
      client.release();
    }
  });

  it('is refused where it may not create a schema, with the remedy', async () => {
    const { exitCode, out, err } = await call(['bench', '-d', role.url]);
    expect({ exitCode, out }).toEqual({ exitCode: 5, out: '' });
    expect(err).toContain(`error: the role ${JSON.stringify(role.name)} may not create a schema in the database "`);
    expect(err).toMatch(/give another database by --database-url, or have its owner run: grant create on database "/);
  });

  it.each([
    [['--jobs', '0'], '--jobs: "0": give a number from 1 to 1000000'],
    [['--seconds', '0'], '--seconds: "0": give a number from 0.1 to 3600'],
    [['--jbos', '5'], "unknown option '--jbos'"],
  ])('makes nothing with %j', async (options, message) => {
    const { exitCode, err } = await callOn(schema, ['bench', ...options]);
    expect({ exitCode, err }).toEqual({ exitCode: 2, err: expect.stringContaining(message) });
    expect(await schemasLeft()).toEqual([]);
  });
});
