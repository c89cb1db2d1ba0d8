import { type BenchServer, makeBenchSchema, serverOf } from '../bench/bench-schema.ts';
import { BULK, type Measured, measure, type Throughput } from '../bench/measure.ts';
import { type Command, defineCommand } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { count, number } from '../options.ts';
import type { Output } from '../output/output.ts';
import type { Column } from '../output/table.ts';
import { number as shown } from '../output/words.ts';
import { stopRequests } from '../stop-requests.ts';

export const bench: Command = defineCommand({
  name: 'bench',
  about:
    'Measures how fast jobs are enqueued and run from here, in a schema of its own that is dropped after. It keeps the database busy: do not run it on one that others depend on.',
  options: {
    jobs: count('the most jobs that a part has (default: 20000)', 1, 1_000_000),
    seconds: number('how long each of the four parts takes at most (default: 10)', 0.1, 3_600),
    concurrency: count('how many jobs run at a time (default: 50)', 1, 10_000),
  },
  run: async ({ options, output, surroundings, database }) => {
    const { jobs = 20_000, seconds: secs = 10, concurrency = 50 } = options;
    const { driver } = await database();
    const requests = stopRequests(surroundings, undefined);
    const stop = new AbortController();
    void requests.first.then(() => {
      output.note('stopping: the schema is dropped');
      stop.abort();
    });
    try {
      const schema = await makeBenchSchema(driver);
      output.note(`measuring in the schema ${schema.name}, which is dropped after`);
      const done = (async () => {
        try {
          const server = await serverOf(driver);
          const note = (text: string): void => output.note(`${text} …`);
          const where = { driver, schema: schema.name, jobs, secs, concurrency };
          return { server, measured: await measure({ ...where, signal: stop.signal, note }) };
        } finally {
          await schema.drop().catch((error: unknown) => {
            output.warn(`the schema could not be dropped: ${schema.dropSql}`);
            throw error;
          });
        }
      })();
      const ended = await Promise.race([done, requests.second]);
      if (ended === 'interrupted') {
        done.catch(() => {}); // nobody waits for it any more
        output.warn(`the schema may be left: ${schema.dropSql}`);
        return EXIT.interrupted;
      }
      if (requests.isAsked) return EXIT.interrupted;
      show(output, ended.measured, ended.server, concurrency);
      return EXIT.done;
    } finally {
      requests.end();
    }
  },
});

interface Part extends Throughput {
  readonly title: string;
}

const PARTS: readonly Column<Part>[] = [
  { title: 'part', of: ({ title }) => title },
  { title: 'jobs', of: ({ jobs }) => String(jobs), side: 'right' },
  { title: 'seconds', of: ({ secs }) => shown(secs), side: 'right' },
  { title: 'jobs a second', of: ({ perSec }) => shown(perSec), side: 'right' },
];

function show(output: Output, measured: Measured, server: BenchServer, concurrency: number): void {
  if (output.isJson) {
    output.json({ server, ...measured });
    return;
  }
  const { enqueue, enqueueMany, run, latencyMs } = measured;
  output.table(PARTS, [
    { title: 'enqueue, one by one', ...enqueue },
    { title: `enqueueMany, ${BULK} at a time`, ...enqueueMany },
    { title: `run, ${concurrency} at a time`, ...run },
  ]);
  const [p50, p95, p99, max] = [latencyMs.p50, latencyMs.p95, latencyMs.p99, latencyMs.max].map((ms) =>
    shown(ms, 'ms'),
  );
  output.line(`latency of ${latencyMs.jobs} single jobs: p50 ${p50}, p95 ${p95}, p99 ${p99}, longest ${max}`);
  for (const line of meaning(server)) output.note(line);
}

function meaning({ version, synchronousCommit, roundTripMs }: BenchServer): readonly string[] {
  const commits = synchronousCommit === 'off' ? 'no commit waits for it here' : 'each commit waits for it';
  return [
    '',
    'What it means',
    '  enqueue      one caller waits for the commit of each job before the next; several at a time enqueue more',
    '  enqueueMany  one caller, as for an import',
    '  run          from the start of the first run to the last recorded outcome; a job does nothing, so yours are slower',
    '  latency      from the call of enqueue to the first line of the work function, with nothing else to do',
    'What it depends on',
    `  the way to the database: a round trip takes ${shown(roundTripMs, 'ms')}, and each enqueue is one at least`,
    `  its disk: ${commits} (synchronous_commit is ${synchronousCommit}); and what else both machines do`,
    `  PostgreSQL ${version}, its settings, and how full its caches are: call it several times, and compare on one machine`,
  ];
}
