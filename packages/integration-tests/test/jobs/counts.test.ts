import { beforeEach, describe, expect, it } from '@jest/globals';
import { useSchema } from '../support/database.ts';
import { empty, statementsOf } from '../support/statements.ts';
import { jobsThatAreOver } from './support/over.ts';

const schema = useSchema();
const statements = statementsOf(schema);
const context = schema.context();

beforeEach(() => empty(schema));

describe('context.jobs.counts', () => {
  it('counts by channel, name and state, and what ended in the last hour', async () => {
    await jobsThatAreOver(schema);
    await statements.insert({}, {}, { jobGroup: 'g' }, { channel: 'C', delaySecs: 60 }, { name: 'B' });
    await statements.claimed(await statements.worker(), { names: ['B'] });
    const { unfinished, lastHour } = await context.jobs.counts();
    const shown = unfinished.map(({ channel, jobName, state, count }) => `${channel} ${jobName} ${state} ${count}`);
    expect(shown.toSorted()).toEqual([
      'C JOB scheduled 1',
      'DEFAULT B running 1',
      'DEFAULT JOB blocked 1',
      'DEFAULT JOB ready 2',
    ]);
    expect(lastHour.map(({ jobName, outcome, count }) => `${jobName} ${outcome} ${count}`).toSorted()).toEqual([
      'JOB cancelled 1',
      'JOB failed 1',
      'JOB succeeded 1',
    ]);
    expect([...unfinished, ...lastHour].some(({ isAtLeast }) => isAtLeast)).toBe(false);
    await schema.age(3_601, 'finalized_job');
    expect((await context.jobs.counts()).lastHour).toEqual([]);
  });

  it('stops at its limit, and says so', async () => {
    await statements.insert(
      ...Array.from({ length: 6 }, () => ({})),
      ...Array.from({ length: 60 }, () => ({ delaySecs: 60 })),
    );
    const { unfinished } = await context.jobs.counts({ upTo: 5 });
    expect(unfinished).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ state: 'ready', count: 6, isAtLeast: true }),
        expect.objectContaining({ state: 'scheduled', count: 51, isAtLeast: true }),
      ]),
    );
    await expect(context.jobs.counts({ upTo: 0 })).rejects.toThrow('jobs.counts.upTo');
  });

  it('knows no jobs', async () => {
    expect(await context.jobs.counts()).toEqual({ unfinished: [], lastHour: [] });
  });
});
