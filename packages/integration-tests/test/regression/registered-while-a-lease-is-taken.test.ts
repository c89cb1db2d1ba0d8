// What was registered while the row of the process was on its way was not in it, and came there with the next renewal only,
// a third of the lease later: until then nobody seemed to take those jobs.
import { describe, expect, it } from '@jest/globals';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { notedJob } from '../support/jobs.ts';
import { until } from '../support/until.ts';

const schema = useSchema({ way: 'direct' });
const daemons = useDaemons();

describe('a definition that is registered while the lease of its process is taken', () => {
  it('is in what the process takes a moment later, long before the lease is renewed', async () => {
    const context = schema.context({ leaseSecs: 3_600 });
    await notedJob<null>(context, 'EARLY');
    const client = await schema.direct.connect();
    try {
      await client.query('begin');
      await client.query(`lock table ${schema.q}.process in exclusive mode`);
      daemons.worker(context);
      await until('the row of the process is on its way', async () => {
        const sql = `select count(*)::int from pg_stat_activity where wait_event_type = 'Lock' and query like '%insert into ' || $1 || '%'`;
        return (await schema.value(sql, [`${schema.q}.process`])) === 1;
      });
      await notedJob<null>(context, 'LATE');
      await client.query('commit');
    } finally {
      client.release();
    }
    await until('its row names both', async () => {
      const [process] = await context.processes();
      return process?.takes[0]?.names.includes('LATE') === true;
    });
    expect((await context.processes())[0]?.takes[0]?.names).toEqual(['EARLY', 'LATE']);
  });
});
