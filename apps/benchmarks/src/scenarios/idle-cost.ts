import { setTimeout as pause } from 'node:timers/promises';
import { watchDatabase } from '../database-activity.ts';
import type { Figure } from '../figure.ts';
import { now } from '../payload.ts';
import type { Profile } from '../profile.ts';
import type { Scenario } from '../scenario.ts';

/** What a process with workers asks of the machine while there is nothing to do. */
export function idleCost({ idleSecs, idleSettleSecs }: Profile): Scenario {
  return {
    id: 'idle-cost',
    title: `idle for ${idleSecs} s`,
    purpose: 'latency',
    basic: true,
    run: async ({ fork, contestant, place }) => {
      const worker = await fork({ contestant: contestant.id, place, role: 'work', count: 0 });
      worker.go();
      await pause(idleSettleSecs * 1000);
      const database = await watchDatabase(place.url);
      const before = { statements: await database.statements(), cpu: (await worker.usage()).cpuMs, at: now() };
      await pause(idleSecs * 1000);
      const { cpuMs, rssMb } = await worker.usage();
      const secs = (now() - before.at) / 1000;
      const statements = (await database.statements()) - before.statements;
      const connections = await database.connections();
      await database.close();
      await worker.stop();
      const onDatabase: readonly Figure[] = [
        { what: 'asked', value: statements / secs, unit: 'statements/s' },
        { what: 'connections', value: connections, unit: 'connections' },
      ];
      return {
        figures: [
          ...(contestant.store === 'postgres' ? onDatabase : []),
          { what: 'CPU of the process', value: (cpuMs - before.cpu) / secs / 10, unit: '%' },
          { what: 'memory', value: rssMb, unit: 'MB' },
        ],
      };
    },
  };
}
