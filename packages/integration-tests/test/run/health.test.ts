import { describe, expect, it } from '@jest/globals';
import { Context } from 'bearmq';
import { useSchema } from '../support/database.ts';
import { notedJob } from '../support/jobs.ts';

const schema = useSchema();

describe('context.health', () => {
  it('tells what is not in order, and of the queue', async () => {
    const context = schema.context();
    const { definition } = await notedJob(context, 'NOBODY_THERE');
    await definition.enqueue(null);
    const sick = await context.health({ patienceSecs: 0 });
    expect(sick).toMatchObject({ isHealthy: false, migrations: { pending: [] }, queue: { schemaVersion: 1 } });
    expect(sick.findings.map(({ kind }) => kind)).toContain('jobs-waiting');
  });

  it('has no queue where there is no schema', async () => {
    const context = new Context({ driver: schema.driver(), schema: 'not there' });
    expect(await context.health()).toMatchObject({ isHealthy: false, queue: null, migrations: { current: 0 } });
  });
});
