import { migrate, migrationStatus } from '@bearmq/migrations';
import { type Command, defineCommand } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { toggle } from '../options.ts';

export const migrateUp: Command = defineCommand({
  name: 'migrate up',
  isDefault: true,
  about: 'Brings the schema to the newest version; workers may go on meanwhile.',
  options: { dryRun: toggle('only say what would be applied') },
  run: async ({ options, output, database }) => {
    const { driver, schema } = await database();
    const where = { driver, schema };
    const { pending, current, latest } = options.dryRun ? await migrationStatus(where) : await migrate(where);
    if (output.isJson)
      output.json({
        schema,
        from: current,
        to: latest,
        applied: options.dryRun ? [] : pending,
        pending: options.dryRun ? pending : [],
      });
    else if (pending.length === 0)
      output.line(`schema ${JSON.stringify(schema)}: is at version ${current}, the newest`);
    for (const { version, name } of output.isJson ? [] : pending) {
      output.line(`${options.dryRun ? 'would apply' : 'applied'}: ${version} ${name}`);
    }
    return EXIT.done;
  },
});
