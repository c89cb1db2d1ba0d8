import { running } from './running-database.ts';

/** Stops what the set-up started. */
export default async function globalTeardown(): Promise<void> {
  await running.database?.stop();
  running.database = undefined;
}
