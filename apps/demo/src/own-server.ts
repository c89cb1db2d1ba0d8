import {
  type Binaries,
  embeddedBinaries,
  type RunningPostgres,
  startPostgres,
  systemBinaries,
} from '@bearmq/test-database';
import { DemoError, reasonOf } from './errors.ts';

const REMEDY = 'name a server with --database URL or DATABASE_URL';

/**
 * Starts a throw-away PostgreSQL: from the npm binaries, or else from those of the system. It ends with this process at
 * the latest, and its data with it; until then nothing is less durable than in production.
 *
 * @throws DemoError when there are no binaries, or they do not start.
 */
export async function startOwnServer(interrupted: AbortSignal): Promise<RunningPostgres> {
  const found = [await embeddedBinaries(), systemBinaries()].filter((one): one is Binaries => one !== undefined);
  if (found.length === 0) {
    const platform = `${process.platform}-${process.arch}`;
    throw new DemoError(`npm has no PostgreSQL for ${platform}, and the system has none installed: ${REMEDY}.`);
  }
  const reasons: string[] = [];
  for (const binaries of found) {
    try {
      return await startPostgres(binaries);
    } catch (error) {
      // A Ctrl-C reaches initdb, too.
      if (interrupted.aborted) throw new DemoError('Stopped while PostgreSQL was starting.');
      reasons.push(`${binaries.label}: ${reasonOf(error)}`);
    }
  }
  throw new DemoError(`No PostgreSQL could be started (${reasons.join('; ')}): ${REMEDY}.`);
}
