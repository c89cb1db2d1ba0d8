import { notificationChannel } from '@bearmq/core/schema';
import { describe, expect, it } from '@jest/globals';
import { type Context, generateMigrationSql, JobDefinition } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { freshName, useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { listening, until } from '../support/until.ts';

// It listens on a connection of its own.
const schema = useSchema({ way: 'direct' });
const daemons = useDaemons();

const enqueue = async (args: string, values: readonly unknown[] = []): Promise<string> =>
  String(await schema.value(`select {s}.enqueue(${args})`, values));
const COLUMNS = `name, channel, job_group, num_attempts, timeout_secs, priority, payload::text, extras::text, state::text,
  round(extract(epoch from run_at - enqueued_at))::int as delay`;
const jobOf = async (id: string) => (await schema.rows(`select ${COLUMNS} from {s}.job where id = $1`, [id]))[0];

/** A process with Workers, which writes down what definitions are like, and runs none of the jobs. */
const recorder = (context: Context) => daemons.worker(context, { channels: ['nobody enqueues there'] });

/** Resolves once a process with Workers has said what definitions are like. */
async function record(...definitions: readonly JobDefinition<never>[]): Promise<void> {
  for (const { name } of definitions) {
    const isThere = async () => (await schema.value('select 1 from {s}.job_definition where name = $1', [name])) === 1;
    await until(`the definition ${name} is recorded`, isThere);
  }
}

describe('select enqueue(…)', () => {
  it('makes the job that a client would, and one that a worker runs', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const { definition, runs } = await notedJob<{ n: number }>(context, 'PLAIN');
    daemons.worker(context);
    const byClient = await definition.enqueue({ n: 1 }, { channel: 'nobody takes it', delaySecs: 60 });
    const bySql = await enqueue(`'PLAIN', '{"n":1}', channel => 'nobody takes it', delay_secs => 60`);
    expect(await jobOf(bySql)).toEqual(await jobOf(byClient));
    const id = await enqueue(`'PLAIN', '{"n":2}'`);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: id });
    expect(runs.map(({ payload }) => payload)).toEqual([{ n: 2 }]);
  });

  it('takes json, jsonb, and texts and literals of JSON; without a payload it is null', async () => {
    const made = [
      [`payload => json_build_object('a', 1), name => 'T'`, '{"a" : 1}'],
      [`'T', '{"a":  1}'::jsonb`, '{"a": 1}'],
      [`'T', '{"a":  1}'`, '{"a":  1}'],
      [`'T', $1::text`, '[1, "ü"]'],
      [`'T', to_jsonb('x'::text)`, '"x"'],
      [`'T'`, 'null'],
      [`'T', null::json`, 'null'],
    ] as const;
    for (const [args, payload] of made) {
      expect((await jobOf(await enqueue(args, args.includes('$1') ? [payload] : [])))?.['payload']).toBe(payload);
    }
  });

  it('takes all that a job can be told', async () => {
    const id = await enqueue(`'ALL', '1', job_group => 'G', delay_secs => 1.5, priority => -3, num_attempts => 4,
      headers => '{"a":"b"}', channel => 'C', timeout_secs => 7, max_run_secs => 9`);
    const job = await jobOf(id);
    expect(job).toMatchObject({
      name: 'ALL',
      channel: 'C',
      job_group: 'G',
      num_attempts: 4,
      timeout_secs: 7,
      priority: -3,
    });
    expect(job).toMatchObject({ state: 'scheduled', delay: 2 });
    expect(JSON.parse(String(job?.['extras']))).toEqual({ headers: { a: 'b' }, maxRunSecs: 9 });
    const at = await enqueue(`'AT', run_at => now() + interval '1 hour'`);
    expect(await jobOf(at)).toMatchObject({ state: 'scheduled', delay: 3_600 });
    expect(await jobOf(await enqueue(`'AT', run_at => now() - interval '1 hour'`))).toMatchObject({ state: 'ready' });
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('makes ids that rise with time, and jobs in the order of the calls', async () => {
    const ids = (await schema.rows(`select {s}.enqueue('MANY', n::text) as id from generate_series(1, 500) n`)).map(
      ({ id }) => String(id),
    );
    expect(new Set(ids).size).toBe(500);
    const stored = await schema.rows(`select payload::text from {s}.job where name = 'MANY' order by seq`);
    expect(stored.map(({ payload }) => Number(payload))).toEqual(ids.map((_, n) => n + 1));
    const times = ids.map((id) => Number.parseInt(id.replace('-', '').slice(0, 12), 16));
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(Math.abs((times[0] ?? 0) - Date.now())).toBeLessThan(60_000);
  });
});

describe('what is not said', () => {
  it('is as the definition says, once a process with Workers has registered it', async () => {
    const context = schema.context();
    const settings = { channel: 'SLOW', delaySecs: 60, numAttempts: 5, timeoutSecs: 9, priority: 2 };
    const definition = new JobDefinition({ context, name: 'SAID', ...settings, workFunction: () => {} });
    recorder(context);
    await definition.register();
    await record(definition as never);
    expect(await jobOf(await enqueue(`'SAID'`))).toEqual(await jobOf(await definition.enqueue()));
    const other = await enqueue(
      `'SAID', channel => 'C', delay_secs => 0, num_attempts => 1, timeout_secs => 0, priority => 0`,
    );
    expect(await jobOf(other)).toMatchObject({
      channel: 'C',
      state: 'ready',
      num_attempts: 1,
      timeout_secs: 0,
      priority: 0,
    });
  });

  it('changes with a process that says something else, which is written once', async () => {
    const priorityOf = () =>
      schema.value(`select defaults ->> 'priority' from {s}.job_definition where name = 'CHANGES'`);
    const written = () => schema.value(`select xmin::text from {s}.job_definition where name = 'CHANGES'`);
    const versions: unknown[] = [];
    for (const priority of [1, 1, 2]) {
      const context = schema.context();
      const worker = recorder(context);
      const other = new JobDefinition({ context, name: `BESIDE ${versions.length}`, workFunction: () => {} });
      await new JobDefinition({ context, name: 'CHANGES', priority, workFunction: () => {} }).register();
      await other.register();
      await record(other as never);
      await until('it is written', async () => (await priorityOf()) === String(priority));
      versions.push(await written());
      await worker.stop();
    }
    expect(versions[0]).toBe(versions[1]);
    expect(versions[1]).not.toBe(versions[2]);
  });

  it('is asked for where a definition works it out of the payload', async () => {
    const context = schema.context();
    recorder(context);
    const workFunction = (_: { g: string }) => {};
    const grouped = new JobDefinition({ context, name: 'GROUPED', jobGroupGenerator: ({ g }) => g, workFunction });
    const unique = { key: ({ g }: { g: string }) => g, until: 'finished' } as const;
    const keyed = new JobDefinition({ context, name: 'KEYED', unique, workFunction });
    await Promise.all([grouped.register(), keyed.register()]);
    await record(grouped as never, keyed as never);
    await expect(enqueue(`'GROUPED'`)).rejects.toMatchObject({
      code: '22023',
      message: expect.stringContaining('enqueue.job_group must be given'),
    });
    expect(await jobOf(await enqueue(`'GROUPED', job_group => 'G'`))).toMatchObject({ job_group: 'G' });
    expect(await jobOf(await enqueue(`'GROUPED', job_group => ''`))).toMatchObject({ job_group: null });
    await expect(enqueue(`'KEYED'`)).rejects.toThrow('enqueue.unique_key must be given');
    const id = await enqueue(`'KEYED', unique_key => 'K', delay_secs => 60`);
    expect(await enqueue(`'KEYED', unique_key => 'K'`)).toBe(id);
    expect(await keyed.enqueue({ g: 'K' })).toBe(id); // the same key, by whichever way
    expect(await enqueue(`'KEYED', unique_key => ''`)).not.toBe(id);
  });

  it('of a key is that of the definition, and its rule', async () => {
    const context = schema.context();
    recorder(context);
    const rule = { key: 'the one', until: 'started' } as const;
    const [replace, refuse] = (['replace', 'throw'] as const).map(
      (onConflict) =>
        new JobDefinition<string>({
          context,
          name: onConflict,
          delaySecs: 60,
          unique: { ...rule, onConflict },
          workFunction: () => {},
        }),
    );
    if (replace === undefined || refuse === undefined) throw new Error('two definitions');
    await Promise.all([replace.register(), refuse.register()]);
    await record(replace as never, refuse as never);
    const id = await replace.enqueue('1');
    expect(await enqueue(`'replace', '"2"'`)).toBe(id);
    expect(await jobOf(id)).toMatchObject({ payload: '"2"' });
    const held = await enqueue(`'throw'`);
    await expect(enqueue(`'throw'`)).rejects.toMatchObject({
      code: '23505',
      message: expect.stringContaining(`there already: ${held}`),
    });
  });
});

describe('its notification', () => {
  it('goes out with the commit, once for a transaction, and not with a rollback', async () => {
    const [listener, user] = [await schema.direct.connect(), await schema.direct.connect()];
    const heard: unknown[] = [];
    try {
      listener.on('notification', ({ payload }) => heard.push(payload));
      await listener.query(`listen "${notificationChannel(schema.name).replaceAll('"', '""')}"`);
      for (const end of ['rollback', 'commit']) {
        await user.query('begin');
        for (let n = 0; n < 5; n += 1) await user.query(`select ${schema.q}.enqueue('TOLD')`);
        await user.query(end);
      }
      await user.query(`select pg_notify($1, 'the last')`, [notificationChannel(schema.name)]);
      await until('all is heard', () => heard.includes('the last'));
      expect(heard).toEqual(['', 'the last']);
    } finally {
      listener.release(true);
      user.release();
    }
  });

  it.each([['a'], ['x'.repeat(56)], ['x'.repeat(57)], ['ü'.repeat(31)], ['🐻'.repeat(15)], [`"'\\ ${'y'.repeat(58)}`]])(
    'is sent where clients listen, whatever the schema is called: %s',
    async (start) => {
      const name = start === 'a' ? freshName() : start;
      const q = `"${name.replaceAll('"', '""')}"`;
      const client = await schema.newPool({ max: 1 }).connect();
      const heard: string[] = [];
      client.on('notification', ({ channel }) => heard.push(channel));
      try {
        await client.query(`drop schema if exists ${q} cascade`);
        for (const sql of generateMigrationSql(name)) await client.query(sql);
        await client.query(`listen "${notificationChannel(name).replaceAll('"', '""')}"`);
        await client.query(`select ${q}.enqueue('N')`);
        await until('it is heard', () => heard.length > 0);
        expect(heard).toEqual([notificationChannel(name)]);
      } finally {
        await client.query(`drop schema ${q} cascade`);
        client.release(true);
      }
    },
  );

  it('wakes a worker that polls once an hour', async () => {
    const context = schema.context({ pollSecs: 3_600 });
    const events = logEvents(context);
    await notedJob(context, 'WAKE');
    daemons.worker(context);
    await listening(schema);
    const jobId = await enqueue(`'WAKE', '1'`);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
  });
});
