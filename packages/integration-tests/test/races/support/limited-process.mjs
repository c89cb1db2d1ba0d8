// A process of the race of limits, a worker or a producer, on the built packages. Plain JavaScript, since it is run by node
// itself. It works until it is killed or told to stop, and ends when its parent does.
import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';
import { Context, fromPg, JobDefinition, Orchestrator, Worker } from 'bearmq';
import pg from 'pg';
import { openDriver } from '../../support/fixtures/open-driver.mjs';

const { role, name, way, books: booksUrl, schema, ledger, definitions, rounds } = JSON.parse(process.argv[2] ?? '{}');
const { driver, end } = openDriver(way, { max: 4, name });
/** The ledger has connections of its own: what it says does not depend on what BearMQ does with others. */
const books = new pg.Pool({ connectionString: booksUrl, application_name: `${name} ledger`, max: 8 });
books.on('error', () => {});

const context = new Context({ driver, schema, leaseSecs: 3, pollSecs: 0.5 });
context.addEventHandler((event) => {
  if (event.eventType === 'DAEMON_ERROR') tell('trouble', `${event.daemon}: ${event.error?.message ?? event.error}`);
  if (event.eventType === 'WARNING') tell('trouble', event.message);
});

/** @param {string} kind @param {unknown} [value] */
function tell(kind, value) {
  if (process.connected) process.send?.({ kind, value });
}

const told = new Promise((resolve) => process.on('message', resolve));
process.on('disconnect', () => process.exit(1));

/** @type {Map<string, JobDefinition<{ ms: number, fails: number }>>} */
const kinds = new Map();
for (const options of definitions) {
  const definition = new JobDefinition({
    ...options,
    context,
    numAttempts: 30, // some are spent by kills
    timeoutSecs: 0,
    /** @param {{ ms: number, fails: number }} payload */
    workFunction: async ({ ms, fails }, { jobId, attempt }) => {
      await books.query(`insert into ${ledger}.called (job_id) values ($1)`, [jobId]);
      if (ms > 0) await wait(ms);
      if (attempt <= fails) throw new Error('as planned');
    },
  });
  kinds.set(options.name, definition);
}

async function work() {
  for (const definition of kinds.values()) await definition.register();
  const workers = [6, 4].map((concurrency) => new Worker({ context, concurrency }));
  const orchestrator = new Orchestrator({ context, cleanUpPollSecs: 0.5 });
  tell('ready');
  await told;
  await Promise.all([...workers, orchestrator].map((daemon) => daemon.stop()));
}

const random = (/** @type {number} */ below) => Math.floor(Math.random() * below);

/** Enqueues some of all kinds, now and then in a transaction that stays open for long, or is rolled back. */
async function produce() {
  tell('ready');
  const client = await books.connect();
  let made = 0;
  /** @param {string} prefix @param {number} of */
  const group = (prefix, of) => ({ jobGroup: `${prefix} of ${name} ${random(of)}` });
  for (let round = 0; round < rounds; round += 1) {
    /** @type {[string, object][]} */
    const drawn = [
      ['LIMITED', random(2) === 0 ? {} : group('single', 4)],
      ['LIMITED', { channel: 'NARROW', priority: random(3) }],
      ['SHARED', { channel: 'NARROW', ...group('shared', 2) }],
      ['SHARED', group('shared', 2)],
      ['CHANGED', random(2) === 0 ? {} : group('moved', 2)],
      ...(random(3) === 0
        ? [/** @type {[string, object]} */ (['RATED', random(2) === 0 ? {} : group('single', 4)])]
        : []),
    ];
    const way = random(8);
    if (way < 2) await client.query('begin');
    const tx = way < 2 ? { tx: fromPg(client) } : {};
    for (const [kind, options] of drawn) {
      const payload = { ms: random(12), fails: random(12) === 0 ? 1 : 0 };
      await kinds
        .get(kind)
        ?.enqueue(payload, { ...options, ...tx })
        .catch((error) => {
          if (way < 2) throw error;
          tell('trouble', error.message); // it may be there or not: the ledger knows
        });
    }
    if (way < 2) {
      await wait(random(10) === 0 ? 400 : random(20));
      await client.query(way === 0 ? 'rollback' : 'commit');
    }
    if (way !== 0) made += drawn.length;
    await wait(random(8));
  }
  client.release();
  tell('made', made);
  await told;
}

await { worker: work, producer: produce }[/** @type {'worker'} */ (role)]();
await Promise.all([end(), books.end()]);
tell('stopped');
process.removeAllListeners('disconnect');
process.disconnect?.();
