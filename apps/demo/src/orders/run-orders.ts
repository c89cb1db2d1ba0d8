import { setTimeout as pause } from 'node:timers/promises';
import { serve } from '@bearmq/dashboard/standalone';
import { type Context, Orchestrator } from 'bearmq';
import type { DemoDatabase } from '../database.ts';
import { count, counted, duration } from '../format.ts';
import type { DemoOptions } from '../options.ts';
import type { Screen } from '../screen.ts';
import { INTERRUPTED } from '../stop.ts';
import { type Books, heldBy, problemsIn, readBooks } from './books.ts';
import { contextOn, defineCharge } from './charge.ts';
import { ChargerProcess } from './charger-process.ts';
import { type Placed, placeOrders, prepareShop } from './shop.ts';

export interface OrdersOptions {
  readonly options: DemoOptions;
  readonly url: string;
  readonly database: DemoDatabase;
  readonly screen: Screen;
  readonly interrupted: AbortSignal;
  /** Takes what is to be stopped if this fails half-way. */
  readonly undo: (() => Promise<unknown>)[];
}

const LOOK_EVERY_MS = 150;

/** What became of the process that was killed. */
interface Killed {
  readonly pid: number;
  readonly processId: string;
  readonly held: number;
  readonly since: number;
}

/** Places orders, kills one of the two processes that charge them, and checks the books. Resolves to the exit code. */
export async function runOrders(run: OrdersOptions): Promise<number> {
  const { options, url, database, screen, interrupted, undo } = run;
  const { pool } = database;
  await prepareShop(pool);
  const context = contextOn(pool);
  const charge = defineCharge(context, pool);
  await charge.register();
  const orchestrator = new Orchestrator({ context });
  undo.push(() => orchestrator.stop());
  const dashboard = await serve({ context, port: 0, environment: 'demo' });
  undo.push(() => dashboard.close());
  screen.phase('dashboard', `${screen.style('bold', dashboard.url)} shows all of it while it runs`);

  const chargers: ChargerProcess[] = [];
  undo.push(() => Promise.all(chargers.map((charger) => charger.stop())));
  for (let nth = 0; nth < 2; nth += 1) chargers.push(await ChargerProcess.start(url, options.workers));
  const [doomed, survivor] = chargers as [ChargerProcess, ChargerProcess];
  screen.phase(
    'workers',
    `process ${doomed.pid} and process ${survivor.pid}, ${counted(options.workers, 'job')} at a time each`,
  );

  const since = performance.now();
  const work = async (): Promise<Placed> => {
    const placing = placeOrders(pool, charge, options.orders, interrupted).then((placed) => {
      const both = 'each in one transaction with its job';
      const gone = `${count(placed.givenUp)} more rolled back, which left no job`;
      screen.phase('orders', `${count(placed.orders)} placed, ${both}; ${gone}`);
      return placed;
    });
    const [placed] = await Promise.all([placing, killOne(run, context, doomed, survivor)]);
    await charged(run, placed.orders);
    return placed;
  };
  const placed = await Promise.race([work(), doomed.died, survivor.died]);
  if (interrupted.aborted) screen.say('  Stopping: what runs is finished, the rest stays. Once more ends it at once.');
  await Promise.all(chargers.map((charger) => charger.stop()));
  screen.live('');
  const books = await readBooks(pool);
  const isRight = tellBooks(screen, books, placed, performance.now() - since);
  const isCut = interrupted.aborted;
  if (isRight && options.afterwards === 'keep' && !isCut) await stayOpen(screen, dashboard.url, interrupted);
  if (!isRight) return 1;
  return isCut ? INTERRUPTED : 0;
}

/** Kills a process once a third is charged, and tells when its jobs are with another. */
async function killOne(
  run: OrdersOptions,
  context: Context,
  doomed: ChargerProcess,
  survivor: ChargerProcess,
): Promise<void> {
  const { database, options, screen, interrupted } = run;
  const found = (await context.processes()).find(({ pid }) => pid === doomed.pid);
  if (found === undefined) throw new Error(`no process has the pid ${doomed.pid}`);
  const { processId } = found;
  const third = await looking(run, ({ charges }) => charges >= options.orders / 3);
  if (interrupted.aborted) return;
  await doomed.kill();
  const killed: Killed = {
    pid: doomed.pid,
    processId,
    held: await heldBy(database.pool, processId),
    since: performance.now(),
  };
  const what = `kill -9 ${killed.pid}, with ${counted(killed.held, 'job')} in its hands; ${count(third.charges)} charged by then`;
  screen.phase('killed', screen.style('red', what));
  while (!interrupted.aborted && (await heldBy(database.pool, processId)) > 0) await pause(LOOK_EVERY_MS);
  if (interrupted.aborted) return;
  const took = duration(performance.now() - killed.since);
  screen.phase(
    'rescued',
    `${counted(killed.held, 'job')} put back for process ${survivor.pid}, ${took} after the kill`,
  );
}

/** Waits until all is charged, or until interrupted. */
async function charged(run: OrdersOptions, orders: number): Promise<void> {
  await looking(run, ({ charges, left }) => charges >= orders && left === 0);
  if (!run.interrupted.aborted) run.screen.phase('charged', counted(orders, 'order'));
}

async function looking(
  { database, options, screen, interrupted }: OrdersOptions,
  isEnough: (books: Books) => boolean,
): Promise<Books> {
  for (;;) {
    const books = await readBooks(database.pool);
    const { charges, left } = books;
    screen.live(
      `  ${count(charges)} of ${count(options.orders)} orders charged · ${counted(left, 'job')} in the queue`,
    );
    if (isEnough(books) || interrupted.aborted) return books;
    await pause(LOOK_EVERY_MS);
  }
}

function tellBooks(screen: Screen, books: Books, placed: Placed, ms: number): boolean {
  const { orders, orderedCents, charges, chargedCents, chargedOrders, left } = books;
  const problems = problemsIn(books, placed);
  const money = (cents: number): string => `$${(cents / 100).toLocaleString('en', { minimumFractionDigits: 2 })}`;
  screen.say('');
  screen.say(
    `  ${screen.style('bold', 'ordered')}   ${count(orders).padStart(8)}   ${money(orderedCents).padStart(14)}`,
  );
  screen.say(
    `  ${screen.style('bold', 'charged')}   ${count(charges).padStart(8)}   ${money(chargedCents).padStart(14)}`,
  );
  const lost = Math.max(0, orders - chargedOrders - left);
  const rest = left === 0 ? '' : `, ${count(left)} left in the queue`;
  screen.say(
    `  ${screen.style('bold', 'lost')} ${lost}, ${screen.style('bold', 'charged twice')} ${charges - chargedOrders}${rest}`,
  );
  screen.say('');
  for (const problem of problems) screen.say(`  ${screen.style('red', `Wrong: ${problem}`)}`);
  if (problems.length > 0) return false;
  const seconds = `in ${duration(ms)}, the silence after the kill included`;
  screen.say(
    `  ${screen.style('green', 'Checked:')} by the tables themselves, every order has one charge or one job; ${seconds}.`,
  );
  screen.say('');
  return true;
}

async function stayOpen(screen: Screen, url: string, interrupted: AbortSignal): Promise<void> {
  screen.say(`  The dashboard stays at ${screen.style('bold', url)} until Ctrl-C.`);
  while (!interrupted.aborted) await pause(LOOK_EVERY_MS);
}
