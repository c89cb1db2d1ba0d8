import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { type Command, defineCommand } from '../command.ts';
import { CONFIG_NAMES } from '../config-file.ts';
import { EXIT } from '../exit-codes.ts';
import { choice, text } from '../options.ts';
import { filesOf, type InitDriver, type Language } from '../templates.ts';

export const init: Command = defineCommand({
  name: 'init',
  about: 'Writes a first job, a program that runs it, and a config file. Changes no file that exists.',
  options: {
    dir: text('folder', 'where the program goes (default: src)'),
    language: choice('what it is written in (default: ts where there is a tsconfig.json, else js)', ['ts', 'js']),
    driver: choice('the client of the database; postgres and postgresjs are the same (default: pg)', [
      'pg',
      'postgres',
      'postgresjs',
    ]),
  },
  run: async ({ options, output, surroundings: { cwd } }) => {
    const { dir = 'src', language = existsSync(join(cwd, 'tsconfig.json')) ? 'ts' : 'js' } = options;
    const driver = options.driver === 'postgresjs' ? 'postgres' : (options.driver ?? 'pg');
    const wrote: string[] = [];
    const kept: string[] = [];
    const config = CONFIG_NAMES.find((name) => existsSync(join(cwd, name)));
    for (const { path, content } of filesOf(dir, language, driver)) {
      const file = resolve(cwd, CONFIG_NAMES.includes(path) ? (config ?? path) : path);
      const shown = relative(cwd, file);
      if (existsSync(file)) {
        kept.push(shown);
        continue;
      }
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content, { flag: 'wx' });
      wrote.push(shown);
    }
    if (output.isJson) output.json({ wrote, kept });
    else {
      for (const file of wrote) output.line(`wrote ${file}`);
      for (const file of kept) output.line(`kept ${file}, which was there`);
      for (const line of nextSteps(dir, language, driver)) output.note(line);
    }
    return EXIT.done;
  },
});

function nextSteps(dir: string, language: Language, driver: InitDriver): readonly string[] {
  const ending = language === 'ts' ? 'mts' : 'mjs';
  return [
    '',
    ...(driver === 'postgres' ? ['The program also needs:', '  npm install @bearmq/driver-postgresjs postgres'] : []),
    'Next, with the address of your database in DATABASE_URL, or in the file .env:',
    '  npx bearmq migrate up               makes the schema',
    '  npx bearmq work                     runs the jobs',
    `  npx bearmq jobs enqueue GREET '{"name":"Ada"}'`,
    ...(language === 'ts' ? ['Before Node.js 22.18 TypeScript needs tsx: npm install tsx'] : []),
    `The jobs are in ${join(dir, `jobs.${ending}`)}; ${join(dir, `worker.${ending}`)} runs them without this command.`,
  ];
}
