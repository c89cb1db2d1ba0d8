import { join } from 'node:path';

export interface TemplateFile {
  /** Relative to the folder of the program, with `/`. */
  readonly path: string;
  readonly content: string;
}

export type Language = 'ts' | 'js';

/** What `init` writes: modules in either language, whatever the manifest says of its files. */
export function filesOf(dir: string, language: Language): readonly TemplateFile[] {
  const ending = language === 'ts' ? 'mts' : 'mjs';
  const path = (name: string): string => join(dir, `${name}.${ending}`).replaceAll('\\', '/');
  return [
    // Every command reads it, and Node.js 20 runs no TypeScript by itself.
    { path: 'bearmq.config.mjs', content: configFile(path('jobs')) },
    { path: path('jobs'), content: `${OWN_CONTEXT}\n${greetDefinition(language)}` },
    {
      path: path('worker'),
      content: workerFile([`import { context, greet, pool } from './jobs.${ending}';`], 'await pool.end();'),
    },
  ];
}

/** @param module the file with the jobs, relative to the config file. */
export function configFile(module: string): string {
  return `import { defineConfig } from 'bearmq/config';

export default defineConfig({ schema: '_bearmq', module: './${module}' });
`;
}

const OWN_CONTEXT = `import { Context, JobDefinition } from 'bearmq';
import pg from 'pg';

export const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'] });
export const context = new Context({ pool, schema: '_bearmq' });
`;

/** A first job, of a `context` that is there. */
export function greetDefinition(language: Language): string {
  return `export const greet = new JobDefinition({
  context,
  name: 'GREET',
  numAttempts: 3,
  workFunction: async (${language === 'ts' ? 'payload: { name: string }' : 'payload'}, metadata) => {
    console.log(\`Hello, \${payload.name}! This is job \${metadata.jobId}.\`);
  },
});
`;
}

/**
 * A program that works the first job until it is told to stop.
 *
 * @param imports the lines that bring `context` and `greet`, and what `close` needs.
 * @param close the statement that ends what the program opened.
 */
export function workerFile(imports: readonly string[], close: string): string {
  return `import { Orchestrator, Worker } from 'bearmq';
${imports.join('\n')}

await greet.register();
const worker = new Worker({ context, concurrency: 10 });
const orchestrator = new Orchestrator({ context });

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, async () => {
    await Promise.all([worker.stop(), orchestrator.stop()]);
    ${close}
  });
}
`;
}
