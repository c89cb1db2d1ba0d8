import { beforeEach, describe, expect, it } from '@jest/globals';
import { jobsThatAreOver } from '../jobs/support/over.ts';
import { useSchema } from '../support/database.ts';
import { empty, statementsOf } from '../support/statements.ts';
import { callOn } from './support/call.ts';

const schema = useSchema();
const statements = statementsOf(schema);
const nobody = '00000000-0000-7000-8000-000000000000';

beforeEach(() => empty(schema));

const many = (count: number, job: object = {}): Promise<string[]> =>
  statements.insert(...Array.from({ length: count }, () => job));
const jobsLeft = () => schema.value('select count(*)::int from {s}.job');

describe('a command that changes jobs', () => {
  it.each(['retry', 'run-now', 'cancel', 'delete', 'priority', 'move'])(
    'wants to know which: jobs %s',
    async (verb) => {
      await many(3);
      const to = verb === 'priority' || verb === 'move' ? ['--to', '1'] : [];
      const { exitCode, out, err } = await callOn(schema, ['jobs', verb, '--yes', '--limit', '2', ...to]);
      expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
      expect(err).toMatch(/^error: [\w ]+: of which jobs: give ids, or a filter such as --name\n$/);
      expect(await schema.rows('select distinct state::text, priority, channel from {s}.job')).toEqual([
        { state: 'ready', priority: 0, channel: 'DEFAULT' },
      ]);
    },
  );

  it('touches nothing where an option is mistyped', async () => {
    await many(10);
    const { exitCode, err } = await callOn(schema, ['jobs', 'delete', '--nmae', 'X', '--yes']);
    expect([exitCode, await jobsLeft()]).toEqual([2, 10]);
    expect(err).toContain('Did you mean --name?');
  });

  it('takes no filter beside ids', async () => {
    const ids = await many(2);
    expect(await callOn(schema, ['jobs', 'delete', ...ids, '--name', 'JOB'])).toMatchObject({
      exitCode: 2,
      err: 'error: delete: give ids or a filter, not both\n',
    });
    expect(await callOn(schema, ['jobs', 'delete', ids[0] ?? '', '42'])).toMatchObject({ exitCode: 2, out: '' });
    expect(await jobsLeft()).toBe(2);
  });

  it('does nothing with a filter where nobody is there to say yes, and says so', async () => {
    await many(3);
    expect(await callOn(schema, ['jobs', 'delete', '--name', 'JOB'])).toEqual({
      exitCode: 5,
      out: '',
      err: 'error: delete 3 jobs: not confirmed: give --yes to do it, or --dry-run to see what it would do\n',
    });
    expect(await jobsLeft()).toBe(3);
  });

  it.each([
    ['y\n', 0, 0],
    ['yes\n', 0, 0],
    ['n\n', 5, 3],
    ['\n', 5, 3],
  ])('asks at a terminal, and takes %j for an answer', async (answer, exitCode, left) => {
    await many(3);
    const called = await callOn(schema, ['jobs', 'delete', '--name', 'JOB'], { input: [answer], isAsked: true });
    expect(called.err).toMatch(/^delete 3 jobs\? \[y\/N\] /);
    expect([called.exitCode, await jobsLeft()]).toEqual([exitCode, left]);
  });

  it('only shows what it would be with --dry-run', async () => {
    const ids = await many(7, { name: 'MANY' });
    const { exitCode, out } = await callOn(schema, ['jobs', 'cancel', '--name', 'MANY', '--dry-run', '--plain']);
    expect(exitCode).toBe(0);
    expect(out.split('\n')[0]).toBe('would cancel 7 jobs');
    expect(
      out
        .split('\n')
        .slice(2, 7)
        .map((line) => line.split('\t')[0]),
    ).toEqual(ids.slice(0, 5));
    const { out: json } = await callOn(schema, ['jobs', 'cancel', '--name', 'MANY', '--dry-run', '--json']);
    expect(JSON.parse(json)).toEqual({ matched: { value: 7, isAtLeast: false }, sample: expect.any(Array) });
    expect(await jobsLeft()).toBe(7);
  });

  it('takes no more than --limit', async () => {
    await many(5);
    expect(await callOn(schema, ['jobs', 'delete', '--name', 'JOB', '--limit', '2', '--yes'])).toEqual({
      exitCode: 0,
      out: '2 deleted\n',
      err: '',
    });
    expect(await jobsLeft()).toBe(3);
  });

  it('goes page by page, says how far it is, and stops between two when it is asked to', async () => {
    await many(2_500);
    let stop = (): void => {};
    const called = await callOn(schema, ['jobs', 'delete', '--name', 'JOB', '--yes'], {
      onStart: (it) => (stop = it),
      onError: (text) => text.includes('so far') && stop(),
    });
    expect(called).toEqual({
      exitCode: 130,
      out: '1000 deleted\n',
      err: '1000 deleted so far\nstopped before the end: the same command goes on\n',
    });
    expect(await callOn(schema, ['jobs', 'delete', '--name', 'JOB', '--yes', '--quiet'])).toEqual({
      exitCode: 0,
      out: '1500 deleted\n',
      err: '',
    });
  });

  it('leaves alone what is enqueued while it goes on', async () => {
    await many(1_500);
    const enqueued: Promise<unknown>[] = [];
    const { out } = await callOn(schema, ['jobs', 'delete', '--name', 'JOB', '--yes'], {
      onError: () => enqueued.push(many(1)),
    });
    await Promise.all(enqueued);
    expect([out, enqueued.length, await jobsLeft()]).toEqual(['1500 deleted\n', 1, 1]);
  });

  it('ends with 1 where a job that was named is left as it is; of a filter with --strict only', async () => {
    const [id = ''] = await many(1);
    await statements.claim(await statements.worker());
    expect(await callOn(schema, ['jobs', 'delete', id, nobody])).toEqual({
      exitCode: 1,
      out: '0 deleted, 1 running, 1 not found\n',
      err: '',
    });
    const { out } = await callOn(schema, ['jobs', 'delete', id, '--json']);
    expect(JSON.parse(out)).toEqual({ deleted: 0, running: 1, notFound: 0, busy: 0, next: null });
  });
});

describe('bearmq jobs cancel', () => {
  it('cancels what waits, with the reason, and tells what runs to end', async () => {
    const [running = '', waiting = ''] = await many(2);
    await statements.claim(await statements.worker(), { slots: 1 });
    const called = await callOn(schema, [
      'jobs',
      'cancel',
      '--name',
      'JOB',
      '--reason',
      'not needed',
      '--yes',
      '--strict',
    ]);
    expect(called).toEqual({ exitCode: 0, out: '1 cancelled, 1 running\n', err: '' });
    expect(await schema.context().jobs.get(waiting)).toMatchObject({ outcome: 'cancelled', error: 'not needed' });
    expect(await callOn(schema, ['jobs', 'show', running, '--plain'])).toMatchObject({
      out: expect.stringContaining('state\trunning, to be cancelled'),
    });
  });
});

describe('bearmq jobs retry', () => {
  it('has what failed or was cancelled run again, and nothing else', async () => {
    const [succeeded = ''] = await jobsThatAreOver(schema);
    expect(await callOn(schema, ['jobs', 'retry', '--name', 'JOB', '--yes', '--delay', '1h'])).toEqual({
      exitCode: 0,
      out: '2 retried\n',
      err: '',
    });
    expect(await schema.rows('select distinct state::text from {s}.job')).toEqual([{ state: 'scheduled' }]);
    const { exitCode, out } = await callOn(schema, ['jobs', 'retry', succeeded, '--json']);
    expect(exitCode).toBe(1);
    expect(JSON.parse(out)).toEqual({
      retried: 0,
      notFound: 0,
      refused: [{ jobId: succeeded, why: 'succeeded' }],
      next: null,
    });
  });

  it('takes those of one outcome, or of one error', async () => {
    await jobsThatAreOver(schema);
    expect((await callOn(schema, ['jobs', 'retry', '--error', 'of_disk', '--yes'])).out).toBe('1 retried\n');
    expect((await callOn(schema, ['jobs', 'retry', '--outcome', 'cancelled', '--yes'])).out).toBe('1 retried\n');
    await jobsThatAreOver(schema);
    const { groups } = await schema.context().failures();
    const kind = groups[0]?.fingerprint ?? '';
    expect((await callOn(schema, ['failures', '--plain'])).out).toContain(`\t${kind}\t`);
    expect((await callOn(schema, ['jobs', 'retry', '--fingerprint', kind, '--yes'])).out).toBe('1 retried\n');
    const refused = await callOn(schema, ['jobs', 'retry', '--fingerprint', 'none', '--yes']);
    expect(refused).toMatchObject({ exitCode: 2, err: expect.stringContaining('must be 12 hexadecimal digits') });
    expect(await callOn(schema, ['jobs', 'retry', '--outcome', 'succeeded', '--yes'])).toMatchObject({ exitCode: 2 });
  });
});

describe('bearmq jobs delete', () => {
  it('deletes jobs that are over, and those that wait', async () => {
    await jobsThatAreOver(schema);
    await many(1);
    expect((await callOn(schema, ['jobs', 'delete', '--outcome', 'failed', '--yes'])).out).toBe('1 deleted\n');
    expect((await callOn(schema, ['jobs', 'delete', '--name', 'JOB', '--yes'])).out).toBe('3 deleted\n');
  });
});

describe('bearmq jobs priority and move', () => {
  it('change what waits', async () => {
    const ids = await many(2);
    expect((await callOn(schema, ['jobs', 'priority', '--to', '-7', ...ids])).out).toBe('2 changed\n');
    expect((await callOn(schema, ['jobs', 'move', '--to', 'SLOW', '--name', 'JOB', '--yes'])).out).toBe('2 changed\n');
    expect(await schema.rows('select distinct priority, channel from {s}.job')).toEqual([
      { priority: -7, channel: 'SLOW' },
    ]);
  });

  it('want to know to what', async () => {
    const [id = ''] = await many(1);
    expect(await callOn(schema, ['jobs', 'priority', id])).toMatchObject({
      exitCode: 2,
      err: 'error: --to: is missing: give --to <n>\n',
    });
    expect(await callOn(schema, ['jobs', 'move', id, '--to', ''])).toMatchObject({ exitCode: 2 });
  });
});

describe('bearmq jobs run-now', () => {
  it('promotes what is scheduled, of ids and of a filter, and leaves the rest', async () => {
    const [later = ''] = await many(3, { delaySecs: 600 });
    const [ready = ''] = await many(1);
    expect(await callOn(schema, ['jobs', 'run-now', later, ready])).toEqual({
      exitCode: 0,
      out: '1 promoted, 1 waiting\n',
      err: '',
    });
    expect((await callOn(schema, ['jobs', 'run-now', '--name', 'JOB', '--yes'])).out).toBe('2 promoted\n');
    expect(await schema.rows('select distinct state::text from {s}.job')).toEqual([{ state: 'ready' }]);
    expect(await callOn(schema, ['jobs', 'run-now', nobody])).toMatchObject({
      exitCode: 1,
      out: '0 promoted, 1 not found\n',
    });
  });
});
