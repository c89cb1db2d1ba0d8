import { describe, expect, it } from '@jest/globals';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { statementsOf } from '../support/statements.ts';
import { gate, registered, until } from '../support/until.ts';

const schema = useSchema();
const daemons = useDaemons();
const statements = statementsOf(schema);

describe('context.processes', () => {
  it('tells of each process what it takes, what it runs, and how it is', async () => {
    const context = schema.context({ release: '1.2.3' });
    expect(await context.processes()).toEqual([]);
    const events = logEvents(context);
    const go = gate();
    const { definition } = await notedJob<null>(context, 'RUNS', () => go.opened);
    const worker = daemons.worker(context, { channels: ['B', 'DEFAULT'], concurrency: 3 });
    await definition.enqueue();
    await events.waitFor('WORKER_JOB_RUN');
    const [one] = await schema.context().processes();
    expect(one).toEqual({
      processId: expect.any(String),
      host: expect.any(String),
      pid: process.pid,
      release: '1.2.3',
      startedAt: expect.any(Date),
      renewedAt: expect.any(Date),
      leaseExpiresAt: expect.any(Date),
      state: 'alive',
      hasSessionLock: expect.any(Boolean),
      takes: [{ channels: ['B', 'DEFAULT'], slots: 3, names: ['RUNS'] }],
      running: 1,
      longestRunSince: expect.any(Date),
    });
    go.open();
    await worker.stop();
    expect(await context.processes()).toEqual([]);
  });

  it('tells who is silent, and who is dead, and copes with a row that was written by hand', async () => {
    const context = schema.context();
    const [silent, dead, odd] = [await statements.worker(), await statements.worker(), await statements.worker()];
    await schema.rows(
      `update {s}.process set renewed_at = now() - interval '20 s', expires_at = now() + interval '10 s' where id = $1`,
      [silent],
    );
    await schema.rows(`update {s}.process set expires_at = now() where id = $1`, [dead]);
    await schema.rows(
      `update {s}.process set takes = '{"a":1}', expires_at = 'infinity', started_at = 'infinity' where id = $1`,
      [odd],
    );
    const states = Object.fromEntries((await context.processes()).map(({ processId, state }) => [processId, state]));
    expect(states).toEqual({ [silent]: 'silent', [dead]: 'dead', [odd]: 'alive' });
    const found = (await context.processes()).find(({ processId }) => processId === odd);
    expect(found).toMatchObject({ takes: [], leaseExpiresAt: null, startedAt: null });
    await schema.rows('delete from {s}.process');
  });
});

describe('context.groups', () => {
  it('tells who holds a group, and what waits for it', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const go = gate();
    const { definition } = await notedJob<null>(context, 'GROUPED', () => go.opened);
    const [first = ''] = await definition.enqueueMany([
      { jobGroup: 'busy' },
      { jobGroup: 'busy' },
      { jobGroup: 'busy', delaySecs: 60 },
    ]);
    daemons.worker(context);
    await events.waitFor('WORKER_JOB_RUN', { jobId: first });
    await registered(schema);
    await definition.enqueue(null, { jobGroup: 'waits', channel: 'NOBODY' });
    await definition.enqueue(null, { jobGroup: 'later', delaySecs: 60 });
    const group = await context.groups.get('busy');
    expect(group).toEqual({
      jobGroup: 'busy',
      running: 1,
      lockedAt: expect.any(Date),
      waiting: { value: 1, isAtLeast: false },
      nextEnqueuedAt: expect.any(Date),
      scheduled: { value: 1, isAtLeast: false },
      holders: [
        {
          jobId: first,
          jobName: 'GROUPED',
          attempt: 1,
          processId: expect.any(String),
          host: expect.any(String),
          pid: process.pid,
          since: expect.any(Date),
          leaseExpiresAt: expect.any(Date),
        },
      ],
    });
    expect(await context.groups.get('later')).toMatchObject({ running: 0, scheduled: { value: 1 }, holders: [] });
    expect(await context.groups.get('waits')).toMatchObject({ waiting: { value: 1 }, lockedAt: null });
    expect(await context.groups.get('nobody')).toBe(null);
    go.open();
    await until('it is open', async () => (await context.groups.get('busy'))?.running === 0);
  });

  it('lists them page by page, in the order of their names, each once', async () => {
    const context = schema.context();
    const names = Array.from({ length: 12 }, (_, n) => `p${String(n).padStart(2, '0')}`);
    await statements.insert(...[...names, ...names].map((jobGroup) => ({ jobGroup, channel: 'PAGES' })));
    const found: string[] = [];
    let after: string | null = 'p';
    while (after !== null) {
      const page = await context.groups.list({ limit: 5, after });
      expect(page.groups.length).toBeLessThanOrEqual(5);
      found.push(...page.groups.map(({ jobGroup }) => jobGroup));
      after = page.next;
    }
    expect(found.filter((name) => name.startsWith('p'))).toEqual(names);
    await expect(context.groups.list({ limit: 0 })).rejects.toThrow('groups.list.limit');
    await expect(context.groups.get('')).rejects.toThrow('groups.get must not be empty');
  });
});
