import { type Command, defineCommand } from '../../command.ts';
import { checkNames, readJobMap } from '../../import/job-map.ts';
import { openPgBoss } from '../../import/postgres/pg-boss.ts';
import { bossRules } from '../../import/postgres/pg-boss-job.ts';
import { importBossSchedules } from '../../import/postgres/pg-boss-schedules.ts';
import { runPgImport } from '../../import/postgres/run.ts';
import { text, toggle } from '../../options.ts';
import { importOptions } from './options.ts';

export const importPgBoss: Command = defineCommand({
  name: 'import pg-boss',
  about: 'Moves the waiting and delayed jobs of pg-boss in this database; its workers may go on meanwhile.',
  options: {
    from: text('schema', 'the schema of pg-boss (default: pgboss)'),
    ...importOptions,
    setSchedules: toggle('enter its schedules here, too, and delete them there; else they are only shown'),
  },
  run: async (call) => {
    const { from = 'pgboss', map: file, setSchedules, dryRun } = call.options;
    const map = readJobMap(file, call.surroundings.cwd, bossRules);
    const { driver, context } = await call.database();
    checkNames(map, context());
    return await runPgImport(call, {
      open: () => openPgBoss(driver, from, map),
      schedules: () =>
        importBossSchedules({ driver, context: context(), schema: from, map, isSet: setSchedules && !dryRun }),
    });
  },
});
