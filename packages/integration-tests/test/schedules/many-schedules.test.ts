import { expect, it } from '@jest/globals';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { intercepted } from '../support/drivers.ts';
import { until } from '../support/until.ts';
import { countJobs, define, LOOKS } from './support/scheduled.ts';

const schema = useSchema();
const daemons = useDaemons();

it('ten thousand schedules that are due at once are enqueued by passes of two hundred, each once', async () => {
  const most: number[] = [];
  const driver = intercepted(schema.driver(), async ({ name }, send) => {
    const rows = await send();
    if (name === LOOKS) most.push(rows.length - 1);
    return rows;
  });
  const context = schema.context({}, { driver });
  const { definition } = define(context, 'MANY');
  await definition.register();
  await schema.rows(
    `insert into {s}.schedule (job_name, key, origin, rule, payload, next_at)
       select 'MANY', 'tenant ' || i, 'api', '{"cron":"0 2 * * *","timeZone":"Europe/Berlin"}', '{"to":"x"}',
         date_trunc('second', now()) - make_interval(secs => i % 10) from generate_series(1, 10000) i`,
  );
  const startedAt = Date.now();
  const running = [daemons.orchestrator(context), daemons.orchestrator(context)];
  await until('all are enqueued', async () => (await countJobs(schema, 'MANY')) === 10_000, 60_000);
  console.log(`10,000 schedules: ${Date.now() - startedAt} ms`);
  await Promise.all(running.map((orchestrator) => orchestrator.stop()));
  expect(Math.max(...most)).toBeLessThanOrEqual(200);
  expect(await schema.value(`select count(distinct extras -> 'tick' ->> 'key')::int from {s}.job`)).toBe(10_000);
  expect(await schema.value(`select count(*)::int from {s}.schedule where next_at <= now()`)).toBe(0);
}, 90_000);
