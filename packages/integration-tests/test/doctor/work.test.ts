// What the doctor tells of jobs that do not run as they should, each made true. What is aged is aged by hand: nobody waits.
import { beforeEach, describe, expect, it } from '@jest/globals';
import { diagnose, type Finding } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { empty, statementsOf } from '../support/statements.ts';
import { gate } from '../support/until.ts';
import { liveProcess, type Taking } from './support/live-process.ts';

const schema = useSchema();
const daemons = useDaemons();
const statements = statementsOf(schema);
const process = (taking?: Taking) => liveProcess(schema, taking);

beforeEach(() => empty(schema));

async function look(...kinds: readonly Finding['kind'][]): Promise<readonly Finding[]> {
  const findings = await diagnose({ driver: schema.driver(), schema: schema.name });
  return kinds.length === 0 ? findings : findings.filter(({ kind }) => kinds.includes(kind));
}

const lanes = ['lane-unserved', 'slots-hung', 'lag'] as const;

const ageWaiting = () =>
  schema.rows(`update {s}.job set enqueued_at = now() - interval '1 hour' where state <> 'running'`);

describe('the doctor, of jobs that wait', () => {
  it('finds nothing where they are run', async () => {
    await process();
    await statements.insert({}, { jobGroup: 'g' });
    expect(await look()).toEqual([]);
  });

  it('names those of a name that no process takes', async () => {
    await process({ names: ['MAIL', 'OTHER'] });
    await statements.insert({ name: 'MIAL' }, { name: 'MIAL', jobGroup: 'g' });
    expect(await look()).toEqual([]);
    await ageWaiting();
    expect(await look(...lanes)).toEqual([
      {
        kind: 'lane-unserved',
        severity: 'error',
        subject: 'lane MIAL of channel DEFAULT',
        message:
          'jobs of "MIAL" in the channel "DEFAULT" have been waiting for 60 min, and none of the 1 live processes takes that name: they take "MAIL", "OTHER"',
        remedy: expect.stringContaining('register the definition of that name'),
      },
    ]);
  });

  it('names those of a channel that no process takes', async () => {
    await process({ channels: ['mail'] });
    await statements.insert({ channel: 'mial' });
    await ageWaiting();
    expect(await look(...lanes)).toMatchObject([
      {
        kind: 'lane-unserved',
        subject: 'lane JOB of channel mial',
        message: expect.stringMatching(/takes that channel: they take "mail"$/),
        remedy: expect.stringContaining('npx bearmq jobs move --channel'),
      },
    ]);
  });

  it('names those that wait for slots that hang, and the job that hangs', async () => {
    const id = await process({ slots: 2 });
    const [first] = await statements.insert({}, {}, {});
    await statements.claim(id, { slots: 2 });
    await ageWaiting();
    expect(await look(...lanes)).toMatchObject([{ kind: 'lag' }]);
    await schema.rows(`update {s}.job set claimed_at = now() - interval '20 minutes' where state = 'running'`);
    await schema.rows(`update {s}.job set claimed_at = now() - interval '30 minutes' where id = $1`, [first]);
    expect(await look(...lanes)).toMatchObject([
      {
        kind: 'slots-hung',
        severity: 'error',
        message: expect.stringMatching(
          `all 2 slots for them have been taken for longer than 5 min, the first by the job ${first} \\("JOB"\\) in process 77 on a-host$`,
        ),
        remedy: expect.stringContaining(`npx bearmq jobs cancel ${first}`),
      },
    ]);
    await process({ slots: 1 });
    expect(await look(...lanes)).toMatchObject([{ kind: 'lag' }]); // there is a slot
  });

  it('tells of a lag, and of none while they are paused', async () => {
    await process();
    await statements.insert({});
    await ageWaiting();
    expect(await look(...lanes)).toMatchObject([
      {
        kind: 'lag',
        severity: 'warning',
        message: expect.stringContaining('though a process takes them with 2 slots'),
      },
    ]);
    await schema.context().pause({ jobName: 'JOB' });
    expect(await look(...lanes)).toEqual([]);
  });

  it('tells of a backlog that only grows, and of none that was ever less', async () => {
    const sample = (minutesAgo: number, name: string, ready: number) =>
      schema.rows(
        `insert into {s}.lane_depth (at, channel, name, ready, scheduled, blocked, pending, running, took_ms)
         values (now() - make_interval(mins => $1), 'c', $2, $3, 0, 5, 0, 0, 1)`,
        [minutesAgo, name, ready],
      );
    for (const [i, ready] of [900, 950, 950, 1_000, 1_200].entries()) {
      await sample(5 - i, 'GROWS', ready);
      await sample(5 - i, 'COMES_AND_GOES', i === 2 ? 1 : ready);
      await sample(5 - i, 'HARDLY', ready / 10);
    }
    expect(await look('backlog-growing')).toMatchObject([
      {
        severity: 'warning',
        subject: 'lane GROWS of channel c',
        message: 'of "GROWS" in the channel "c" 905 jobs waited, and 4 min later 1205, without ever being fewer',
      },
    ]);
  });
});

describe('the doctor, of jobs that run', () => {
  it('names one that runs for far longer than others of its name', async () => {
    const context = schema.context({ statsSecs: 1 });
    const opened = gate();
    const { definition } = await notedJob<string>(context, 'MEASURED', (how) =>
      how === 'hangs' ? opened.opened : null,
    );
    const events = logEvents(context);
    const worker = daemons.worker(context, { concurrency: 10 });
    await definition.enqueueMany(Array.from({ length: 50 }, () => ({ payload: 'quick' })));
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 50 });
    await worker.stop();
    const [id = ''] = await statements.insert({ name: 'MEASURED' });
    await statements.claim(await process({ names: ['MEASURED'] }), { names: ['MEASURED'] });
    expect(await look('job-long')).toEqual([]);
    await schema.rows(`update {s}.job set claimed_at = now() - interval '10 minutes' where id = $1`, [id]);
    const [finding] = await look('job-long');
    expect(finding).toMatchObject({ severity: 'warning', subject: `job ${id}` });
    expect(finding?.message).toMatch(
      /^the job \S+ \("MEASURED"\) has been running for 10 min in process 77 on a-host; of others of its name and channel 99 in 100 took \d+ (ms|s) or less$/,
    );
    expect(finding?.remedy).toContain(`npx bearmq jobs cancel ${id}`);
  });

  it('waits longer where no other of its name has ended', async () => {
    const [id = ''] = await statements.insert({});
    await statements.claim(await process());
    await schema.rows(`update {s}.job set claimed_at = now() - interval '10 minutes'`);
    expect(await look('job-long')).toEqual([]);
    await schema.rows(`update {s}.job set claimed_at = now() - interval '2 hours'`);
    expect(await look('job-long')).toMatchObject([
      { subject: `job ${id}`, message: expect.stringMatching(/; no other of its name and channel has ended/) },
    ]);
  });

  it('names those of which most attempts fail, with their error', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const { definition } = await notedJob<number>(context, 'FAILS', (n) => {
      if (n > 8) throw new Error(`no paper\nat tray ${n}`);
    });
    const worker = daemons.worker(context, { concurrency: 10 });
    await definition.enqueueMany(Array.from({ length: 22 }, (_, payload) => ({ payload })));
    await events.waitFor('WORKER_JOB_EXPIRE', { count: 13 });
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 9 });
    await worker.stop();
    expect(await look('failing')).toMatchObject([
      {
        severity: 'warning',
        subject: 'lane FAILS of channel DEFAULT',
        message:
          '13 of the 22 runs of "FAILS" in the channel "DEFAULT" in the last 15 minutes failed, mostly with: Error: no paper',
      },
    ]);
  });
});
