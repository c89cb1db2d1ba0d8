import { beforeAll, describe, expect, it } from '@jest/globals';
import { jobsThatAreOver } from '../jobs/support/over.ts';
import { useSchema } from '../support/database.ts';
import { statementsOf } from '../support/statements.ts';
import { callOn } from './support/call.ts';
import { golden } from './support/golden.ts';

const schema = useSchema();
const statements = statementsOf(schema);
const names: Record<string, string> = {};
let [waiting, failed, cancelled, succeeded, blocked, ahead] = ['', '', '', '', '', ''];

beforeAll(async () => {
  [succeeded = '', failed = '', cancelled = ''] = await jobsThatAreOver(schema);
  [waiting = '', ahead = '', blocked = ''] = await statements.insert(
    { name: 'WAITS', payloadText: '{"n":12345678901234567890}', extras: '{"headers":{"tenant":"acme"}}' },
    { name: 'GROUPED', jobGroup: 'g' },
    { name: 'GROUPED', jobGroup: 'g', priority: -1 },
  );
  Object.assign(names, {
    [waiting]: 'waiting',
    [failed]: 'failed',
    [cancelled]: 'cancelled',
    [succeeded]: 'succeeded',
    [blocked]: 'blocked',
    [ahead]: 'ahead',
  });
});

describe('bearmq jobs list', () => {
  it('has a line for each job, in columns', async () => {
    const columns = ['--columns', 'id,job,group,state,attempt,enqueued,error'];
    const { exitCode, out, err } = await callOn(schema, ['jobs', 'list', ...columns]);
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
    const [titles, ...lines] = golden(out, names).trimEnd().split('\n');
    expect(titles?.split(/ {2,}/)).toEqual(['id', 'job', 'group', 'state', 'attempt', 'enqueued', 'error']);
    expect(lines.map((line) => line.split(/ {2,}/))).toEqual([
      ['<blocked>', 'GROUPED', 'g', 'blocked', '0/1', '<moment>', '–'],
      ['<ahead>', 'GROUPED', 'g', 'blocked', '0/1', '<moment>', '–'],
      ['<waiting>', 'WAITS', '–', 'ready', '0/1', '<moment>', '–'],
      ['<cancelled>', 'JOB', '–', 'cancelled', '0/1', '<moment>', 'not wanted'],
      ['<failed>', 'JOB', '–', 'failed', '1/1', '<moment>', 'Error: 100% of_disk'],
      ['<succeeded>', 'JOB', '–', 'succeeded', '1/1', '<moment>', '–'],
    ]);
  });

  it('has tabs between them with --plain', async () => {
    const { out } = await callOn(schema, [
      'jobs',
      'list',
      '--outcome',
      'failed',
      '--plain',
      '--columns',
      'id,state,error',
    ]);
    expect(out).toBe(`id\tstate\terror\n${failed}\tfailed\tError: 100% of_disk\n`);
  });

  it.each([
    [['--state', 'ready'], ['<waiting>']],
    [
      ['--state', 'ready,blocked', '--group', 'g'],
      ['<blocked>', '<ahead>'],
    ],
    [
      ['--name', 'JOB', '--outcome', 'failed,cancelled'],
      ['<cancelled>', '<failed>'],
    ],
    [['--error', '100% of_'], ['<failed>']],
    [
      ['--ended-since', '1h', '--order', 'oldest'],
      ['<succeeded>', '<failed>', '<cancelled>'],
    ],
    [['--ended-until', '-1h'], []],
    [['--since', '2000-01-01T00:00:00Z', '--channel', 'OTHER'], []],
  ])('shows the jobs of a filter: %j', async (filter, expected) => {
    const { exitCode, out } = await callOn(schema, ['jobs', 'list', ...filter, '--plain', '--columns', 'id']);
    expect(exitCode).toBe(0);
    expect(golden(out, names).trim().split('\n').slice(1)).toEqual(expected);
  });

  it('goes on where a page ended', async () => {
    const first = await callOn(schema, ['jobs', 'list', '--limit', '2', '--plain', '--columns', 'id']);
    const [, place = ''] = /^there are more: --after (\S+)\n$/.exec(first.err) ?? [];
    const second = await callOn(schema, [
      'jobs',
      'list',
      '--limit',
      '1',
      '--after',
      place,
      '--plain',
      '--columns',
      'id',
    ]);
    expect(golden(second.out, names)).toBe('id\n<waiting>\n');
  });

  it('gives a page as JSON, with payloads where they are asked for', async () => {
    const { out } = await callOn(schema, ['jobs', 'list', '--name', 'WAITS', '--json']);
    const page = JSON.parse(out) as { jobs: object[] };
    expect(page).toEqual({
      jobs: [expect.objectContaining({ id: waiting, state: 'ready', headers: { tenant: 'acme' } })],
      next: null,
      isPartial: false,
      lookedBackTo: null,
    });
    expect(page.jobs[0]).not.toHaveProperty('payload');
    const whole = await callOn(schema, ['jobs', 'list', '--name', 'WAITS', '--json', '--payload']);
    expect(whole.out).toContain('"payload":{"n":');
  });

  it('gives all jobs with --all, as JSON a line each', async () => {
    const { out } = await callOn(schema, ['jobs', 'list', '--all', '--json']);
    const ids = out
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { id: string }).id);
    expect(ids).toEqual([blocked, ahead, waiting, cancelled, failed, succeeded]);
  });

  it('shows moments in another time zone', async () => {
    const args = ['jobs', 'list', '--name', 'WAITS', '--plain', '--columns', 'enqueued', '--time-zone', 'Asia/Kolkata'];
    const { out } = await callOn(schema, args);
    const [, shown = ''] = out.trim().split('\n');
    expect(shown).toMatch(/T\d\d:\d\d:\d\d\.\d{3}\+05:30$/);
    const enqueuedAt = await schema.value('select enqueued_at from {s}.job where id = $1', [waiting]);
    expect(new Date(shown)).toEqual(enqueuedAt);
  });

  it.each([
    [['--state', 'redy'], '--state: "redy": give some of scheduled, ready, blocked, pending, running, over'],
    [['--columns', 'colour'], '--columns: "colour": give some of id, job'],
    [['--since', 'yesterday'], '--since: "yesterday": give a moment such as 2026-11-30T09:00:00Z, or how long ago'],
    [['--since', '1h', '--until', '2h'], '--until: '],
    [['--limit', '1001'], '--limit: "1001": give a number from 1 to 1000'],
    [['--after', 'x'], '--after: must be the next of a page before'],
    [['--state', 'ready', '--outcome', 'failed'], "--state: must have 'over' in it beside outcomes"],
    [['--time-zone', 'Mars/Base'], '--time-zone: "Mars/Base": give a time zone such as Europe/Berlin'],
  ])('says what makes no sense: %j', async (args, message) => {
    const { exitCode, out, err } = await callOn(schema, ['jobs', 'list', ...args]);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
    expect(err).toContain(`error: ${message}`);
  });
});

describe('bearmq jobs show', () => {
  it('tells all of a job, with its failed attempts', async () => {
    const { exitCode, out } = await callOn(schema, ['jobs', 'show', failed]);
    expect(exitCode).toBe(0);
    const lines = golden(out, names).trimEnd().split('\n');
    expect(lines.map((line) => line.split(/ {2,}/))).toEqual([
      ['id', '<failed>'],
      ['job', 'JOB'],
      ['channel', 'DEFAULT'],
      ['state', 'failed'],
      ['priority', '0'],
      ['attempt', '1 of 1'],
      ['enqueued', '<moment>'],
      ['claimed', '<moment>'],
      ['ended', '<moment>'],
      ['took', '<ms>'],
      ['process', '<id>'],
      ['error', 'Error: 100% of_disk'],
      [''],
      ['attempt', 'failed', 'after', 'worker', 'error'],
      ['', '1', '<moment>', '<ms>', 'w', 'Error: 100% of_disk'],
    ]);
  });

  it('tells the payload where it is asked to, and headers', async () => {
    expect((await callOn(schema, ['jobs', 'show', waiting])).out).not.toContain('payload');
    const { out } = await callOn(schema, ['jobs', 'show', waiting, '--payload', '--plain']);
    expect(out).toContain('payload\t{"n":');
    expect(out).toContain('headers\ttenant=acme');
  });

  it('gives JSON', async () => {
    const { out } = await callOn(schema, ['jobs', 'show', cancelled, '--json']);
    expect(JSON.parse(out)).toEqual(
      expect.objectContaining({ id: cancelled, outcome: 'cancelled', error: 'not wanted', failures: [] }),
    );
  });

  it('ends with 1 for one that is not there, and with 2 for what is no id', async () => {
    const nobody = '00000000-0000-7000-8000-000000000000';
    expect(await callOn(schema, ['jobs', 'show', nobody])).toEqual({
      exitCode: 1,
      out: '',
      err: `error: job ${nobody}: is not there; it may have been deleted\n`,
    });
    expect(await callOn(schema, ['jobs', 'show', '42'])).toMatchObject({ exitCode: 2, out: '' });
    expect(await callOn(schema, ['jobs', 'show'])).toMatchObject({ exitCode: 2, out: '' });
  });

  it('goes on with --watch until the job is over', async () => {
    expect(await callOn(schema, ['jobs', 'show', failed, '--watch'])).toMatchObject({ exitCode: 0 });
  });
});

describe('bearmq jobs counts', () => {
  it('counts them by lane and state, and those that ended', async () => {
    const { exitCode, out } = await callOn(schema, ['jobs', 'counts', '--plain']);
    expect(exitCode).toBe(0);
    const lines = out.trimEnd().split('\n');
    expect(lines[0]).toBe('job\tchannel\tstate\tcount');
    expect(lines).toEqual(
      expect.arrayContaining([
        'WAITS\tDEFAULT\tready\t1',
        'GROUPED\tDEFAULT\tblocked\t2',
        'JOB\t–\tfailed in the last hour\t1',
      ]),
    );
    const { out: json } = await callOn(schema, ['jobs', 'counts', '--json', '--up-to', '1']);
    expect(JSON.parse(json)).toEqual({ unfinished: expect.any(Array), lastHour: expect.any(Array) });
  });
});
