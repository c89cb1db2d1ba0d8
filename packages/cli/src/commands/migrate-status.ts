import { migrationStatus } from '@bearmq/migrations';
import { type Command, defineCommand } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { toggle } from '../options.ts';

export const migrateStatus: Command = defineCommand({
  name: 'migrate status',
  about: 'What the schema has been migrated to, and what is pending.',
  options: { exitCode: toggle('end with 1 where anything is pending') },
  run: async ({ options, output, database }) => {
    const { driver, schema } = await database();
    const status = await migrationStatus({ driver, schema });
    if (output.isJson) output.json({ schema, ...status });
    else {
      output.line(`schema ${JSON.stringify(schema)}: at version ${status.current} of ${status.latest}`);
      for (const { version, name } of status.pending) output.line(`pending: ${version} ${name}`);
    }
    return options.exitCode && status.pending.length > 0 ? EXIT.notInOrder : EXIT.done;
  },
});
