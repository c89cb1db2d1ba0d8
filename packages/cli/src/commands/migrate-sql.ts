import { mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { generateMigrationSql } from '@bearmq/migrations';
import { usageError } from '../cli-error.ts';
import { type Command, defineCommand } from '../command.ts';
import { readConfig } from '../config-file.ts';
import { schemaOf } from '../database.ts';
import { EXIT } from '../exit-codes.ts';
import { text, toggle } from '../options.ts';

/** Needs no database: the statements skip what was applied. */
export const migrateSql: Command = defineCommand({
  name: 'migrate sql',
  about: 'Prints the SQL that makes the schema, or brings any version of it up to date.',
  options: {
    out: text('path', 'write it to this file; with --split, to files in this folder'),
    split: toggle('a file for each statement'),
  },
  run: async ({ options, global, output, surroundings }) => {
    const { env, cwd } = surroundings;
    const schema = schemaOf(global, env, await readConfig(cwd, global.config));
    const statements = generateMigrationSql(schema).map((sql) => `${sql.trimEnd().replace(/;$/, '')};\n`);
    const { out, split } = options;
    if (split && out === undefined) throw usageError('--split: needs --out <path>, the folder to write to');
    if (out === undefined) {
      if (output.isJson) output.json({ schema, statements });
      else output.line(asScript(statements));
    } else if (split) {
      const folder = resolve(cwd, out);
      mkdirSync(folder, { recursive: true });
      for (const [i, sql] of statements.entries()) writeFileSync(resolve(folder, fileName(i, statements.length)), sql);
      output.note(`wrote ${statements.length} files to ${folder}`);
    } else {
      writeFileSync(resolve(cwd, out), asScript(statements));
      output.note(`wrote ${statements.length} statements to ${resolve(cwd, out)}`);
    }
    return EXIT.done;
  },
});

function asScript(statements: readonly string[]): string {
  return [
    '-- Each statement is a transaction of its own: do not run them within one (no psql --single-transaction).',
    ...statements,
  ].join('\n');
}

/** So that their names sort as they are to be run. */
function fileName(i: number, total: number): string {
  return `${String(i + 1).padStart(Math.max(2, String(total).length), '0')}.sql`;
}
