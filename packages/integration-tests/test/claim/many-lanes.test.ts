import { expect, it } from '@jest/globals';
import { JobDefinition } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { counted } from '../support/drivers.ts';
import { until } from '../support/until.ts';

const schema = useSchema();
const daemons = useDaemons();

const NAMES = 50;
/** More lanes than a scan looks at, in all. */
const CHANNELS = 90;

// Every claim looked at all lanes: with 100,000 of them it took 1.5 s, and 197 jobs a second were run.
it('jobs in more lanes than a scan looks at are all run, grouped or not, and none waits for a poll', async () => {
  const counts = counted(schema.driver());
  const context = schema.context({ pollSecs: 300 }, { driver: counts.driver });
  let ran = 0;
  const definitions = Array.from(
    { length: NAMES },
    (_, n) =>
      new JobDefinition<null>({
        context,
        name: `N${n}`,
        workFunction: () => {
          ran += 1;
        },
      }),
  );
  for (const [n, definition] of definitions.entries()) {
    const items = Array.from({ length: CHANNELS }, (_, c) => ({
      payload: null,
      channel: `C${c}`,
      ...(n % 2 === 0 ? {} : { jobGroup: `g${c}` }),
    }));
    await definition.enqueueMany(items);
    await definition.register();
  }
  daemons.worker(context, { concurrency: 50 });
  await until('all have run', () => ran >= NAMES * CHANNELS);
  await until('all are recorded', async () => (await schema.value('select count(*)::int from {s}.job')) === 0);
  expect(ran).toBe(NAMES * CHANNELS);
  // One more round, which brings nothing; then it waits for news.
  const lull = counts.of('bearmq_claim');
  await definitions[0]?.enqueue(null);
  await until('one more has run', () => ran > NAMES * CHANNELS);
  expect(counts.of('bearmq_claim') - lull).toBeLessThan(20);
});
