import { type CsvFile, openCsv, writeCsv } from './csv.ts';
import { type DemoDatabase, explain, isDatabaseTrouble, openDatabase } from './database.ts';
import { DemoError } from './errors.ts';
import { readFigures } from './figures.ts';
import { counted, printable } from './format.ts';
import type { DemoOptions } from './options.ts';
import { runOrders } from './orders/run-orders.ts';
import { startOwnServer } from './own-server.ts';
import { tellCheck, tellResults } from './report.ts';
import { SCHEMA } from './results.ts';
import type { Screen } from './screen.ts';
import { INTERRUPTED } from './stop.ts';
import { work } from './work.ts';

/** How long the tidying up after a failure may take: what failed may be the database. */
const TIDY_UP_MS = 3_000;

const ENDS = { drop: 'schema dropped, disconnected', keep: 'schema kept, disconnected' } as const;

interface Session {
  readonly options: DemoOptions;
  readonly screen: Screen;
  readonly interrupted: AbortSignal;
  /** What is to be undone at the end, last things first. */
  readonly undo: (() => Promise<unknown>)[];
}

/**
 * Runs the demo and tidies up. Resolves to the exit code.
 *
 * @throws DemoError when it could not be carried out. Something may still run then: the process is to be ended.
 */
export async function runDemo(options: DemoOptions, screen: Screen, interrupted: AbortSignal): Promise<number> {
  const session: Session = { options, screen, interrupted, undo: [] };
  const undoAll = async (): Promise<void> => {
    for (const step of session.undo.splice(0).reverse()) await step();
  };
  try {
    screen.say(screen.style('bold', `BearMQ demo: ${promiseOf(options)}`));
    screen.say('');
    const { databaseUrl } = options;
    const code = databaseUrl === undefined ? await runOnOwnServer(session) : await runOn(databaseUrl, session);
    await undoAll();
    screen.phase('end', databaseUrl === undefined ? 'server stopped, its data removed' : ENDS[options.afterwards]);
    return code;
  } catch (error) {
    await Promise.race([undoAll().catch(() => {}), new Promise((done) => setTimeout(done, TIDY_UP_MS))]);
    throw error;
  }
}

async function runOnOwnServer(session: Session): Promise<number> {
  const server = await startOwnServer(session.interrupted);
  session.undo.push(() => server.stop());
  session.screen.phase('server', `on port ${server.port}, for this run; durable, as in production`);
  const died = server.exited.then(() => {
    throw new DemoError('The PostgreSQL of the demo ended too early: was it killed? Run the demo again.');
  });
  died.catch(() => {}); // it is stopped at the end, when nobody waits for this any more
  return await Promise.race([died, runOn(server.url, session)]);
}

async function runOn(url: string, session: Session): Promise<number> {
  const { options, screen, interrupted, undo } = session;
  if (interrupted.aborted) throw new DemoError('Stopped before anything was done.');
  const database = await openDatabase(url, (label) => screen.phase('database', label));
  undo.push(() => database.close(options.afterwards));
  screen.phase('schema', database.schemaNote);
  try {
    const { folder } = options;
    if (folder === undefined) return await runOrders({ ...session, url, database });
    const csv = await openCsv(options.results); // now, not when the work is done
    undo.push(() => csv.file.close());
    return await runFiles({ ...session, folder }, database, csv);
  } catch (error) {
    throw isDatabaseTrouble(error) ? new DemoError(explain(error, url), { cause: error }) : error;
  }
}

async function runFiles(
  { options, screen, interrupted, undo, folder }: Session & { readonly folder: string },
  database: DemoDatabase,
  csv: CsvFile,
): Promise<number> {
  const { workers } = options;
  const done = await work({ folder, workers, database, screen, interrupted, undo });
  const figures = await readFigures(database.pool);
  await writeCsv(database.pool, csv);
  const run = { ...done, figures };
  tellResults(screen, run);
  const isRight = tellCheck(screen, run);
  screen.say(`  Results: ${csv.path} (${counted(figures.measured, 'file')})`);
  if (options.afterwards === 'keep') screen.say(`  Kept: schema ${SCHEMA}, with the results in measured_file`);
  screen.say('');
  if (!isRight) return 1;
  return done.end === 'interrupted' ? INTERRUPTED : 0;
}

function promiseOf({ folder }: DemoOptions): string {
  if (folder !== undefined) return `every file below ${printable(folder, 60)} becomes a job.`;
  return 'orders are charged by two processes, one is killed, and nothing is lost.';
}
