import { claim, registerProcess } from '@bearmq/core/internal';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { v4 as uuidv4 } from 'uuid';
import { useSchema } from '../support/database.ts';
import { empty, statementsOf } from '../support/statements.ts';

const schema = useSchema({ way: 'direct' });
const statements = statementsOf(schema);
const { session, tables } = statements;
const { jobs } = schema.context();

beforeEach(() => empty(schema));

/** A process with Workers, as its row says. */
async function process(takes: unknown = [{ channels: null, slots: 2, names: ['JOB'] }]): Promise<string> {
  const processId = uuidv4();
  const facts = { host: 'a-host', pid: 77, release: null, takes: JSON.stringify(takes) };
  await registerProcess(session, tables, { processId, leaseSecs: 30, sessionKey: null, facts });
  return processId;
}

const take = async (processId: string, slots = 1) => {
  const demands = [{ channels: null, slots, ahead: 0, maxPerGroup: 1 }];
  const input = { processId, generation: 0, names: ['JOB'], demands, from: null };
  return (await claim(session, tables, input)).jobs.flat();
};

describe('context.jobs.explain of a job whose payload is newer than a process knows says', () => {
  const takesUpTo = (version?: number) => {
    const versions = version === undefined ? {} : { versions: { JOB: version } };
    return process([{ channels: null, slots: 2, names: ['JOB'], ...versions }]);
  };
  const leave = async (processId: string) => {
    const [job] = await take(processId);
    if (job === undefined) throw new Error('it is ready');
    await statements.settle({ kind: 'waiting', job, attempt: 0, secs: 10, errorText: null, isSnooze: true });
  };

  it('that all leave it to newer ones, while it is ready and once one has', async () => {
    const [id = ''] = await statements.insert({ extras: '{"v":3}' });
    const old = await takesUpTo();
    await takesUpTo(2);
    const newer = { kind: 'payload-newer', jobName: 'JOB', version: 3, known: 2 };
    expect(await jobs.explain(id)).toMatchObject({ ...newer, at: null });
    await leave(old);
    expect(await jobs.explain(id)).toMatchObject({
      ...newer,
      at: expect.any(Date),
      sentence: expect.stringMatching(
        /^Its payload has version 3, and the processes that take "JOB" know up to 2: they leave it to newer ones, and are asked again at 2.*Z\.$/,
      ),
      remedy: expect.stringContaining('payloadVersion of 3'),
    });
  });

  it('that it waits, and perhaps for that, where another knows it; and who puts itself off is told by nothing else', async () => {
    const [id = '', plain = ''] = await statements.insert({ extras: '{"v":3}' }, {});
    const old = await takesUpTo();
    await takesUpTo(3);
    expect((await jobs.explain(id)).kind).toBe('about-to-start');
    await leave(old);
    await leave(old);
    const left = 'a process that knows payloads up to version 1 has left it to newer ones, for its own has 3';
    expect(await jobs.explain(id)).toMatchObject({
      kind: 'due',
      why: 'snooze',
      sentence: expect.stringContaining(left),
    });
    expect((await jobs.explain(plain)).sentence).toMatch(/: it has put itself off\.$/);
    await schema.rows('delete from {s}.process where id = $1', [old]);
    expect((await jobs.explain(id)).sentence).toMatch(/: it has put itself off\.$/);
  });

  it('nothing, where what is said of versions makes no sense', async () => {
    const [id = '', other = ''] = await statements.insert({ extras: '{"v":"x"}' }, { extras: '{"v":2}' });
    await process([{ channels: null, slots: 2, names: ['JOB'], versions: 7 }]);
    expect((await jobs.explain(id)).kind).toBe('about-to-start');
    expect((await jobs.explain(other)).kind).toBe('payload-newer');
  });
});
