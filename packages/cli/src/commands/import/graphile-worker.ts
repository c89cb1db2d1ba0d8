import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { usageError } from '../../cli-error.ts';
import { type Command, defineCommand } from '../../command.ts';
import { checkNames, readJobMap } from '../../import/job-map.ts';
import { schedulesOfCrontab } from '../../import/postgres/crontab.ts';
import { graphileRules, openGraphileWorker } from '../../import/postgres/graphile-worker.ts';
import { runPgImport } from '../../import/postgres/run.ts';
import { text } from '../../options.ts';
import { importOptions } from './options.ts';

export const importGraphileWorker: Command = defineCommand({
  name: 'import graphile-worker',
  about: 'Moves the waiting and delayed jobs of Graphile Worker in this database; its workers may go on meanwhile.',
  options: {
    from: text('schema', 'the schema of Graphile Worker (default: graphile_worker)'),
    ...importOptions,
    crontab: text('file', 'its crontab, to be shown as schedules: the database has no cron expressions'),
  },
  run: async (call) => {
    const { from = 'graphile_worker', map: file, crontab } = call.options;
    const { cwd } = call.surroundings;
    const map = readJobMap(file, cwd, graphileRules);
    const cron = crontab === undefined ? '' : read(crontab, cwd);
    const { driver, context } = await call.database();
    checkNames(map, context());
    return await runPgImport(call, {
      open: () => openGraphileWorker(driver, from, map),
      schedules: async () => schedulesOfCrontab(cron, map),
    });
  },
});

function read(file: string, cwd: string): string {
  try {
    return readFileSync(resolve(cwd, file), 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw usageError(`--crontab: ${JSON.stringify(file)}: cannot be read: ${why}`, { cause: error });
  }
}
