import { servedBy } from '../model/served.ts';
import { Daemon } from '../runtime/daemon.ts';
import { daemonOptions } from '../services/daemon-options.ts';
import type { Services } from '../services/services.ts';
import { findWaitingLanes, type WaitingLane } from '../statements/find-waiting-lanes.ts';
import { readServed } from '../statements/read-served.ts';
import { withoutRights } from './without-rights.ts';

/** How often it is looked, in milliseconds: whoever deploys sees it, and it costs nothing to speak of. */
const INTERVAL_MS = 300_000;

/** When it is looked first: the definitions of this process are registered by then, as a rule. */
export const FIRST_UNSERVED_MS = 8_000;

/** Jobs that have waited for less may be taken by a process that is about to start, in seconds. */
const WAITED_SECS = 60;

/** How many lanes are looked at, and how many are told of at a time: one who sees twenty looks at the rest by himself. */
const MOST_LANES = 10_000;
const AT_MOST = 20;

/** Warns of jobs that wait, and that no process at all takes: of each lane once. */
export class UnservedCheck extends Daemon {
  readonly #services: Services;

  constructor(services: Services) {
    super({ name: 'unserved-check', ...daemonOptions(services) });
    this.#services = services;
  }

  protected override async tick(): Promise<number> {
    const { checkSchema, warn } = this.#services;
    await checkSchema();
    return await withoutRights(this.#services, async () => {
      for (const { channel, name } of (await unservedLanes(this.#services)).slice(0, AT_MOST)) {
        const lane = `${JSON.stringify(name)} in the channel ${JSON.stringify(channel)}`;
        warn(
          `jobs of ${lane} wait, and no process takes them: register that definition in a process with a Worker for ` +
            'that channel, or cancel them if they were a mistake',
        );
      }
      return INTERVAL_MS;
    });
  }
}

/** Lanes with a job that has waited for a while, which no living process takes and nobody has paused. */
export async function unservedLanes({
  driver,
  tables,
}: Pick<Services, 'driver' | 'tables'>): Promise<readonly WaitingLane[]> {
  const waiting = await findWaitingLanes(driver, tables, { waitedSecs: WAITED_SECS, limit: MOST_LANES });
  if (waiting.length === 0) return [];
  const served = await readServed(driver, tables, null);
  return waiting.filter(({ channel, name }) => servedBy(channel, name, served).served === 'no-process');
}
