// Who deletes the row of a running job by hand takes along what said which limits count it. Nobody counted them down at its
// end, so a channel or a name went on with one job less for ever, and with its last one not at all.
import { describe, expect, it } from '@jest/globals';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { gate, until } from '../support/until.ts';

const schema = useSchema();
const daemons = useDaemons();

describe.each(['name', 'channel'] as const)('the limit of a %s', (kind) => {
  it('goes on after the row of a running job was deleted', async () => {
    const context = schema.context({ pollSecs: 3_600 });
    const events = logEvents(context);
    const finish = gate();
    const name = `COUNTED_BY_${kind}`;
    const { definition, runs } = await notedJob<number>(context, name, (n) => n === 1 && finish.opened, {
      channel: name,
    });
    await context.limits.set(kind === 'name' ? { jobName: name } : { channel: name }, { concurrency: 1 });
    daemons.worker(context, { channels: [name] });
    await definition.enqueue(1);
    await until('it runs', () => runs.length === 1);
    const waiting = await definition.enqueue(2);
    await schema.rows('delete from {s}.job where name = $1 and state = $2', [name, 'running']);
    finish.open();
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: waiting });
    const running = await until('all is counted down', async () => {
      const rows = await schema.rows('select running from {s}.job_limit where kind = $1 and name = $2', [kind, name]);
      return rows[0]?.['running'] === 0 ? rows : undefined;
    });
    expect(running).toHaveLength(1);
    expect(events.of('WARNING').map(({ message }) => message)).toEqual([
      `the limit of the ${kind} ${JSON.stringify(name)} was found miscounted, and fixed: perhaps a job of it was deleted by hand`,
    ]);
  });
});
