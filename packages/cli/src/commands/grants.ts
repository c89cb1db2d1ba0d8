import { generateGrantSql } from '@bearmq/migrations';
import { usageError } from '../cli-error.ts';
import { type Command, defineCommand } from '../command.ts';
import { readConfig } from '../config-file.ts';
import { schemaOf } from '../database.ts';
import { EXIT } from '../exit-codes.ts';
import { choice, required, toggle } from '../options.ts';

export const grants: Command = defineCommand({
  name: 'grants',
  about: 'Prints the SQL that gives a role what it needs and nothing else.',
  arguments: [{ name: 'role', about: 'a role that exists', presence: 'required' }],
  options: {
    to: required(choice('to enqueue only, or to run workers too', ['producer', 'worker'])),
    apply: toggle('run it, instead of printing it'),
  },
  run: async ({ options, args, global, output, surroundings, database }) => {
    const [role] = args;
    if (role === undefined) throw usageError('<role>: is missing');
    const given = { role, to: options.to };
    if (!options.apply) {
      const config = await readConfig(surroundings.cwd, global.config);
      const statements = generateGrantSql({ ...given, schema: schemaOf(global, surroundings.env, config) });
      if (output.isJson) output.json({ statements });
      else for (const sql of statements) output.line(`${sql};`);
      return EXIT.done;
    }
    const { driver, schema } = await database();
    const statements = generateGrantSql({ ...given, schema });
    for (const text of statements) await driver.run({ name: 'bearmq_cli_grant', text, values: [], plan: 'anew' });
    if (output.isJson) output.json({ schema, ...given, applied: statements.length });
    else
      output.line(`granted to ${JSON.stringify(role)}: what a ${options.to} of schema ${JSON.stringify(schema)} needs`);
    return EXIT.done;
  },
});
