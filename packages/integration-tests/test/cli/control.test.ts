import { beforeEach, describe, expect, it } from '@jest/globals';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { empty } from '../support/statements.ts';
import { gate } from '../support/until.ts';
import { callOn } from './support/call.ts';
import { golden, linesOf as lines } from './support/golden.ts';

const schema = useSchema({ way: 'direct' });
const daemons = useDaemons();

beforeEach(() => empty(schema));

describe('bearmq groups and processes', () => {
  it('tell who holds a group, where it runs, and what waits', async () => {
    const context = schema.context({ release: 'r7' });
    const opened = gate();
    const { definition } = await notedJob(context, 'HOLDS', () => opened.opened);
    const events = logEvents(context);
    daemons.worker(context, { concurrency: 3, channels: ['DEFAULT'] });
    const id = await definition.enqueue(null, { jobGroup: 'customer 7' });
    await events.waitFor('WORKER_JOB_RUN');
    await definition.enqueue(null, { jobGroup: 'customer 7' });
    await definition.enqueue(null, { jobGroup: 'customer 7', delaySecs: 60 });

    const all = lines(golden((await callOn(schema, ['groups', '--plain'])).out, { [id]: 'holder' }));
    expect(all).toEqual([
      ['group', 'running', 'waiting', 'later', 'held for', 'by', 'job'],
      ['customer 7', '1', '1', '1', '<age>', expect.stringContaining(`:${process.pid}`), '<holder>'],
    ]);
    const one = (await callOn(schema, ['groups', 'customer 7', '--plain'])).out;
    expect(one).toContain('group\tcustomer 7\nrunning\t1\nwaiting\t1\nlater\t1\n');
    expect(one).toContain(`\n${id}\tHOLDS\t1\t`);
    expect(JSON.parse((await callOn(schema, ['groups', 'customer 7', '--json'])).out)).toMatchObject({
      jobGroup: 'customer 7',
      holders: [{ jobId: id }],
    });
    expect(await callOn(schema, ['groups', 'nobody'])).toMatchObject({
      exitCode: 1,
      out: '',
      err: 'error: group "nobody": nothing waits for it, and nothing of it ran lately\n',
    });

    const [titles, told, ...more] = lines(golden((await callOn(schema, ['processes', '--plain'])).out));
    expect(titles).toEqual([
      'host',
      'pid',
      'state',
      'release',
      'started',
      'running',
      'slots',
      'longest',
      'takes',
      'process',
    ]);
    expect([told?.slice(1, 4), told?.slice(5, 7), told?.slice(8), more]).toEqual([
      [String(process.pid), 'alive', 'r7'],
      ['1', '3'],
      ['HOLDS in DEFAULT', '<id>'],
      [],
    ]);
    opened.open();
  });

  it('say where there is none', async () => {
    expect(await callOn(schema, ['groups'])).toMatchObject({ exitCode: 0, out: '', err: /^no group/ });
    expect(await callOn(schema, ['processes'])).toEqual({ exitCode: 0, out: '', err: 'no process runs Workers\n' });
    expect(JSON.parse((await callOn(schema, ['processes', '--json'])).out)).toEqual({ processes: [] });
  });
});

describe('bearmq pause, pauses and resume', () => {
  it('keep jobs from being started, say so, and end it', async () => {
    expect(await callOn(schema, ['pause', '--channel', 'mail', '--reason', 'the provider is down'])).toEqual({
      exitCode: 0,
      out: 'paused: the channel "mail"\n',
      err: '',
    });
    expect((await callOn(schema, ['pause', '--channel', 'mail'])).out).toBe('was paused already: the channel "mail"\n');
    await callOn(schema, ['pause', '--everything']);
    expect(golden((await callOn(schema, ['pauses', '--plain'])).out)).toBe(
      'paused\tsince\treason\nthe channel "mail"\t<moment>\tthe provider is down\neverything\t<moment>\t–\n',
    );
    const [first, second] = (JSON.parse((await callOn(schema, ['pauses', '--json'])).out) as { pauses: unknown[] })
      .pauses;
    expect([first, second]).toEqual([
      { what: { channel: 'mail' }, since: expect.any(String), reason: 'the provider is down' },
      { what: 'everything', since: expect.any(String), reason: null },
    ]);
    expect((await callOn(schema, ['resume', '--channel', 'mail'])).out).toBe('resumed: the channel "mail"\n');
    expect(JSON.parse((await callOn(schema, ['resume', '--everything', '--json'])).out)).toEqual({
      what: 'everything',
      wasPaused: true,
    });
    expect((await callOn(schema, ['resume', '--everything'])).out).toBe('was not paused: everything\n');
    expect((await callOn(schema, ['pauses'])).err).toBe('nothing is paused\n');
  });

  it('waits for what runs with --wait, and ends with 1 where some goes on', async () => {
    const context = schema.context();
    const opened = gate();
    const { definition } = await notedJob(context, 'LONG', () => opened.opened);
    const events = logEvents(context);
    daemons.worker(context);
    await definition.enqueue(null);
    await events.waitFor('WORKER_JOB_RUN');
    expect(await callOn(schema, ['pause', '--name', 'LONG', '--wait', '0s'])).toEqual({
      exitCode: 1,
      out: 'paused: the name "LONG"\n',
      err: '1 job of it still running\n',
    });
    opened.open();
    expect(await callOn(schema, ['pause', '--name', 'LONG', '--wait', '60s'])).toMatchObject({ exitCode: 0, err: '' });
  });

  it.each([
    [[], 'error: give one of --channel, --name, --group and --everything; there is none\n'],
    [
      ['--everything', '--name', 'X'],
      'error: give one of --channel, --name, --group and --everything; there are several\n',
    ],
    [['--group', 'x', '--name', 'X'], 'error: give one of --channel, --name and --group; there are several\n'],
  ])('want to know of what: %j', async (args, err) => {
    expect(await callOn(schema, ['pause', ...args])).toEqual({ exitCode: 2, out: '', err });
    expect(await callOn(schema, ['resume', ...args])).toEqual({ exitCode: 2, out: '', err });
  });
});

describe('bearmq limits', () => {
  it('are set, shown and taken away', async () => {
    const set = ['limits', 'set', '--name', 'CALL_API', '--concurrency', '5', '--rate', '10/1m'];
    expect(await callOn(schema, set)).toEqual({ exitCode: 0, out: 'limited: the name "CALL_API"\n', err: '' });
    await callOn(schema, ['limits', 'set', '--group', 'g', '--weight', '3', '--group-rate', '2/0.5s']);
    expect((await callOn(schema, ['limits', 'list', '--plain'])).out).toBe(
      'of\trunning\tstarts\trunning a group\tstarts a group\tweight\tby\n' +
        'the group "g"\t–\t–\t–\t2/0.5s\t3\tapi\n' +
        'the name "CALL_API"\t5\t10/60s\t–\t–\t–\tapi\n',
    );
    expect(JSON.parse((await callOn(schema, ['limits', 'show', '--name', 'CALL_API', '--json'])).out)).toEqual({
      limits: { jobName: 'CALL_API', concurrency: 5, rateLimit: { max: 10, perSecs: 60 }, origin: 'api' },
    });
    expect((await callOn(schema, ['limits', 'clear', '--name', 'CALL_API'])).out).toBe(
      'no longer limited: the name "CALL_API"\n',
    );
    expect((await callOn(schema, ['limits', 'clear', '--name', 'CALL_API'])).out).toBe(
      'was not limited: the name "CALL_API"\n',
    );
    expect((await callOn(schema, ['limits', 'show', '--name', 'CALL_API'])).err).toBe(
      'the name "CALL_API" has no limits\n',
    );
  });

  it.each([
    [['--name', 'X'], 'error: give at least one limit, such as --concurrency; limits clear takes them away\n'],
    [['--concurrency', '1'], 'error: give one of --channel, --name and --group; there is none\n'],
    [['--name', 'X', '--rate', 'often'], 'error: --rate: "often": give a rate such as 10/1s or 600/1m\n'],
    [['--name', 'X', '--rate', '0/1s'], 'error: --rate: must be'],
    [
      ['--group', 'g', '--concurrency', '2'],
      'error: --concurrency: is of a channel or a name; a group has --group-concurrency',
    ],
  ])('that make no sense are not set: %j', async (args, message) => {
    const { exitCode, out, err } = await callOn(schema, ['limits', 'set', ...args]);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
    expect(err).toContain(message);
  });
});
