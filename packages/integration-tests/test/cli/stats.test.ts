import { beforeAll, describe, expect, it } from '@jest/globals';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { useBin } from './support/bin.ts';
import { call, callOn } from './support/call.ts';
import { golden, linesOf } from './support/golden.ts';

const schema = useSchema();
const daemons = useDaemons();
const start = useBin();

beforeAll(async () => {
  const context = schema.context();
  const events = logEvents(context);
  const { definition } = await notedJob<number>(context, 'SOME', (n) => {
    if (n > 1) throw new Error(`no paper in tray ${n}`);
  });
  const worker = daemons.worker(context);
  await definition.enqueueMany([1, 2, 3].map((payload) => ({ payload })));
  await events.waitFor('WORKER_JOB_EXPIRE', { count: 2 });
  await events.waitFor('WORKER_JOB_RUN_SUCCESS');
  await worker.stop();
  await definition.enqueue(4, { channel: 'other' });
});

describe('bearmq stats', () => {
  it('has a line for each lane', async () => {
    const { exitCode, out, err } = await callOn(schema, ['stats', '--plain']);
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
    const [titles, ...lanes] = out
      .trim()
      .split('\n')
      .map((line) => line.split('\t'));
    expect(titles?.slice(0, 10)).toEqual([
      'job',
      'channel',
      'ready',
      'oldest',
      'later',
      'running',
      'slots',
      'started',
      'per min',
      'failed',
    ]);
    expect(lanes.map((lane) => [...lane.slice(0, 3), ...lane.slice(5, 10)])).toEqual([
      ['SOME', 'DEFAULT', '0', '0', 'no-process', '3', '0.6', '67 %'],
      ['SOME', 'other', '1', '0', 'no-process', '0', '0', '–'],
    ]);
  });

  it('fits a terminal, and shows the lanes that are asked for', async () => {
    const { out } = await callOn(schema, ['status', '--channel', 'other'], { columns: 100 });
    const lines = out.trimEnd().split('\n');
    expect(lines).toHaveLength(2);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are what is taken out
    for (const line of lines) expect(line.replace(/\u001b\[\d+m/g, '').length).toBeLessThanOrEqual(100);
  });

  it('gives JSON', async () => {
    const { out } = await callOn(schema, ['stats', '--json', '--name', 'SOME', '--channel', 'other']);
    expect(JSON.parse(out)).toEqual({
      lanes: [
        expect.objectContaining({ jobName: 'SOME', channel: 'other', ready: expect.objectContaining({ value: 1 }) }),
      ],
    });
  });

  it('tells of the runs of another span with --since, by the minute and by the hour', async () => {
    await schema.rows(`insert into {s}.lane_stats (process_id, span_secs, at, channel, name, started, succeeded, waits, runs)
      select '00000000-0000-0000-0000-000000000000'::uuid, span, date_trunc('hour', now() - ago), 'DEFAULT', 'OLD', n, n,
        array_fill(0, array[48]), array_fill(0, array[48])
      from (values (60, interval '2 hours', 40), (3600, interval '2 hours', 40), (3600, interval '3 days', 500)) v (span, ago, n)`);
    const startedOf = async (since: string) => {
      const { exitCode, out, err } = await callOn(schema, ['stats', '--plain', '--name', 'OLD', '--since', since]);
      const [titles = [], lane = []] = linesOf(out);
      return { exitCode, started: lane[titles.indexOf('started')], note: golden(err) };
    };
    const note = 'figures of runs since <moment>\n';
    expect(await startedOf('4h')).toEqual({ exitCode: 0, started: '40', note });
    expect(await startedOf('1d')).toEqual({ exitCode: 0, started: '40', note });
    expect(await startedOf('7d')).toEqual({ exitCode: 0, started: '540', note });
    expect(await startedOf('30m')).toEqual({ exitCode: 0, started: undefined, note: '' });
    const since = new Date(Date.now() - 4 * 86_400_000).toISOString();
    const { out } = await callOn(schema, ['stats', '--json', '--name', 'OLD', '--since', since]);
    expect(JSON.parse(out)).toMatchObject({
      lanes: [{ started: 540, failedShare: 0, figuresSince: `${since.slice(0, 13)}:00:00.000Z` }],
    });
  });

  it('refuses a span that is not kept, and says what is', async () => {
    const { exitCode, out, err } = await callOn(schema, ['stats', '--since', '91d']);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
    expect(golden(err)).toBe(
      'error: --since: must not be more than 90 days ago, got <moment>: figures of minutes are kept for 1 day, those of hours for 90 days\n',
    );
    const later = new Date(Date.now() + 60_000).toISOString();
    expect(await callOn(schema, ['stats', '--since', later])).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('error: --since: must be before now'),
    });
    expect(await callOn(schema, ['stats', '--since', 'yesterday'])).toMatchObject({ exitCode: 2 });
  });

  it('ends without a word once nobody reads it any more', async () => {
    const bin = start(['stats', '--watch', '--every', '0.01s'], {
      DATABASE_URL: schema.url,
      BEARMQ_SCHEMA: schema.name,
    });
    await bin.wrote('SOME');
    bin.process.stdout?.destroy();
    expect(await bin.exit).toBe(130);
    expect(bin.err()).toBe('');
  });

  it('goes on with --watch until it is told to stop', async () => {
    let stop = (): void => {};
    const watched = callOn(schema, ['stats', '--watch', '--every', '0.01s', '--plain'], {
      onStart: (it) => (stop = it),
      onOutput: (text) => {
        if (!text.includes('SOME\tother')) return;
        stop();
        stop = () => {}; // a second one would end it at once
      },
    });
    const { exitCode, out } = await watched;
    expect(exitCode).toBe(0);
    expect(out).toContain('SOME\tother');
  });
});

describe('bearmq failures', () => {
  it('has a line for each kind', async () => {
    const { exitCode, out } = await callOn(schema, ['failures', '--plain']);
    expect(exitCode).toBe(0);
    const [, ...lines] = out
      .trim()
      .split('\n')
      .map((line) => line.split('\t'));
    expect(lines.map(([count, job, , , message]) => [count, job, message])).toEqual([
      ['2', 'SOME', expect.stringMatching(/no paper in tray [23]$/)],
    ]);
  });

  it('says when it has not looked at all of them', async () => {
    const { err } = await callOn(schema, ['failures', '--up-to', '1']);
    expect(err).toContain('only the newest 1 failures were looked at');
    expect(await callOn(schema, ['failures', '--name', 'NONE'])).toMatchObject({ out: 'no job has failed\n' });
  });

  it('needs a schema', async () => {
    const { exitCode } = await call(['failures', '-d', schema.url, '-s', 'not there']);
    expect(exitCode).toBe(4);
  });
});
