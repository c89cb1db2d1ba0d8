import { pool } from './context.ts';

/** Ends an example on Ctrl-C: its daemons first, the pool after them. shutting-down.ts spells it out. */
export function stopOnSignal(daemons: readonly { stop(): Promise<void> }[]): void {
  const stop = async () => {
    await Promise.all(daemons.map((daemon) => daemon.stop()));
    await pool.end();
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}
