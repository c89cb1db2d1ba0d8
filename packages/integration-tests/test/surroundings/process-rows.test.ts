import { hostname } from 'node:os';
import { describe, expect, it } from '@jest/globals';
import { JobDefinition } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { counted } from '../support/drivers.ts';
import { registered, until } from '../support/until.ts';

const schema = useSchema();
const daemons = useDaemons();

const row = async () =>
  (await schema.rows(`select host, pid, release, takes, load from {s}.process order by started_at desc limit 1`))[0];
const takes = async () => (await row())?.['takes'];
const define = (context: ReturnType<typeof schema.context>, name: string) =>
  new JobDefinition({ context, name, workFunction: () => {} });

describe('the row of a process', () => {
  it('says where it runs, which release it is, and what its workers take', async () => {
    const context = schema.context({ release: '2.1.0 (ü)' });
    await define(context, 'Ü1').register();
    daemons.worker(context, { concurrency: 3 });
    daemons.worker(context, { channels: ['B', 'A'] });
    daemons.worker(context, { channels: ['A', 'B'], concurrency: 2 });
    await registered(schema);
    await until('it says so', async () => ((await takes()) as unknown[]).length === 2);
    expect(await row()).toEqual({
      ...{ host: hostname(), pid: process.pid, release: '2.1.0 (ü)', load: null },
      takes: [
        { channels: null, slots: 3, names: ['Ü1'] },
        { channels: ['A', 'B'], slots: 3, names: ['Ü1'] },
      ],
    });
    expect(await schema.value('select takes::text from {s}.process')).toMatch(/^[\0-\x7f]*$/);
  });

  it('has no release where the context was given none', async () => {
    daemons.worker(schema.context());
    await registered(schema);
    expect(await row()).toMatchObject({ release: null, pid: process.pid });
  });

  it('says so soon when a name is registered, a worker comes or one goes, by a renewal for all that changed at once', async () => {
    const counts = counted(schema.driver());
    const context = schema.context({ leaseSecs: 3_600 }, { driver: counts.driver });
    daemons.worker(context);
    await until('it is there', async () => (await row())?.['pid'] !== undefined);
    await until('the lease is held', () => counts.of('bearmq_register_process') === 1);
    const before = counts.of('bearmq_renew_lease');
    for (const name of ['A', 'B', 'C']) await define(context, name).register();
    const second = daemons.worker(context, { channels: ['X'] });
    await until('all of it is told', async () => JSON.stringify(await takes()).includes('"X"'));
    expect(await takes()).toEqual([
      { channels: null, slots: 1, names: ['A', 'B', 'C'] },
      { channels: ['X'], slots: 1, names: ['A', 'B', 'C'] },
    ]);
    expect(counts.of('bearmq_renew_lease') - before).toBeLessThanOrEqual(2);
    await second.stop();
    await until('it has left', async () => ((await takes()) as unknown[]).length === 1);
  });
});
