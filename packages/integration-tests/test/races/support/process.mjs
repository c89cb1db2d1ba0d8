// One process of the process race: a worker, a producer or an orchestrator, on the built packages. Plain JavaScript,
// since it is run by node itself. It does what it is told by messages, and ends when its parent does.
import { randomUUID } from 'node:crypto';
import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';
import { Context, JobDefinition, Orchestrator, Worker } from 'bearmq';
import pg from 'pg';
import { openDriver } from '../../support/fixtures/open-driver.mjs';

const { role, name, way, books: booksUrl, schema, ledger, ...task } = JSON.parse(process.argv[2] ?? '{}');
const { driver, end } = openDriver(way, { max: 6, name });
/** The ledger has connections of its own: what it says does not depend on what BearMQ does with others. */
const books = new pg.Pool({ connectionString: booksUrl, application_name: `${name} ledger`, max: 8 });
books.on('error', () => {});

const context = new Context({ driver, schema, leaseSecs: 3, wakeUp: task.wakeUp ?? 'auto' });
context.addEventHandler((event) => {
  if (event.eventType === 'DAEMON_ERROR') tell('trouble', `${event.daemon}: ${event.error?.message ?? event.error}`);
  if (event.eventType === 'WARNING') tell('trouble', event.message);
  if (event.eventType === 'WORKER_JOB_LOSE') tell('lost', event.jobId);
});

const job = new JobDefinition({
  context,
  name: 'RACE',
  numAttempts: 4,
  timeoutSecs: 0,
  jobGroupGenerator: undefined,
  /** @param {{ ms: number, fails: number }} payload */
  workFunction: async ({ ms, fails }, { jobId, attempt }) => {
    const run = randomUUID();
    await books.query(`insert into ${ledger}.started (run, job_id, attempt, process) values ($1, $2, $3, $4)`, [
      run,
      jobId,
      attempt,
      name,
    ]);
    if (ms > 0) await wait(ms);
    const outcome = attempt <= fails ? 'failed' : 'succeeded';
    await books.query(`insert into ${ledger}.ended (run, outcome) values ($1, $2)`, [run, outcome]);
    if (outcome === 'failed') throw new Error('as planned');
  },
});

/** @param {string} kind @param {unknown} [value] */
function tell(kind, value) {
  if (process.connected) process.send?.({ kind, value });
}

/** @type {Map<string, () => void>} */
const awaited = new Map();
/** @type {Set<string>} */
const heard = new Set();
process.on('message', (/** @type {string} */ text) => {
  heard.add(text);
  awaited.get(text)?.();
});
process.on('disconnect', () => process.exit(1));

/** Resolves when the parent has said so. @param {string} text @returns {Promise<void>} */
function told(text) {
  return heard.has(text) ? Promise.resolve() : new Promise((resolve) => awaited.set(text, resolve));
}

async function work() {
  await job.register();
  const workers = [3, 3, 2].map((concurrency) => new Worker({ context, concurrency }));
  tell('ready');
  await told('stop');
  await Promise.all(workers.map((worker) => worker.stop()));
}

async function orchestrate() {
  const orchestrator = new Orchestrator({ context, cleanUpPollSecs: 0.2 });
  tell('ready');
  await told('stop');
  await orchestrator.stop();
}

/** Each group's jobs in three parts, each when told; each round one job for each group, and some for none. */
async function produce() {
  await job.register();
  tell('ready');
  let nth = 0;
  for (const part of ['first', 'second', 'third']) {
    await told(part);
    for (let round = 0; round < task.rounds / 3; round += 1) {
      const places = [...task.groups, ...Array.from({ length: task.freeEach }, () => null)];
      const made = await Promise.all(
        places.map(async (group) => {
          nth += 1;
          const [mine, fails] = [nth, nth % 97 === 0 ? 9 : nth % 5 === 0 ? 1 : nth % 23 === 0 ? 2 : 0];
          const payload = { ms: nth % 4, fails };
          const id = await job.enqueue(payload, group === null ? {} : { jobGroup: group });
          return { id, group, nth: mine, fails };
        }),
      );
      await books.query(
        `insert into ${ledger}.enqueued (job_id, job_group, nth, fails)
        select r.id, r.group, r.nth, r.fails from json_to_recordset($1) as r (id uuid, "group" text, nth int, fails int)`,
        [JSON.stringify(made)],
      );
    }
    tell(`${part} part`, nth);
  }
  await told('stop');
}

await { worker: work, orchestrator: orchestrate, producer: produce }[/** @type {'worker'} */ (role)]();
await Promise.all([end(), books.end()]);
tell('stopped');
process.removeAllListeners('disconnect');
process.disconnect?.();
