import { join } from 'node:path';

export interface TemplateFile {
  /** Relative to the folder of the program, with `/`. */
  readonly path: string;
  readonly content: string;
}

export type Language = 'ts' | 'js';

/** The client of the database that a program uses. */
export type InitDriver = 'pg' | 'postgres';

/** What `init` writes: modules in either language, whatever the manifest says of its files. */
export function filesOf(dir: string, language: Language, driver: InitDriver): readonly TemplateFile[] {
  const { context, exported, close } = OWN_CONTEXTS[driver];
  const ending = language === 'ts' ? 'mts' : 'mjs';
  const path = (name: string): string => join(dir, `${name}.${ending}`).replaceAll('\\', '/');
  return [
    // Every command reads it, and Node.js 20 runs no TypeScript by itself.
    { path: 'bearmq.config.mjs', content: configFile(path('jobs')) },
    { path: path('jobs'), content: `${context}\n${greetDefinition(language)}` },
    {
      path: path('worker'),
      content: workerFile([`import { ${exported.join(', ')} } from './jobs.${ending}';`], close),
    },
  ];
}

/** @param module the file with the jobs, relative to the config file. */
export function configFile(module: string): string {
  return `import { defineConfig } from 'bearmq/config';

export default defineConfig({ schema: '_bearmq', module: './${module}' });
`;
}

interface OwnContext {
  /** The begin of the module with the jobs. */
  readonly context: string;
  /** What the program that works them imports of it, in order. */
  readonly exported: readonly string[];
  /** Ends what was opened. */
  readonly close: string;
}

const OWN_CONTEXTS: Readonly<Record<InitDriver, OwnContext>> = {
  pg: {
    context: `import { Context, JobDefinition } from 'bearmq';
import pg from 'pg';

export const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'] });
export const context = new Context({ pool, schema: '_bearmq' });
`,
    exported: ['context', 'greet', 'pool'],
    close: 'await pool.end();',
  },
  postgres: {
    context: `import { postgresJsDriver } from '@bearmq/driver-postgresjs';
import { Context, JobDefinition } from 'bearmq';
import postgres from 'postgres';

export const sql = postgres(process.env['DATABASE_URL'] ?? '');
export const driver = postgresJsDriver({ sql });
export const context = new Context({ driver, schema: '_bearmq' });
`,
    exported: ['context', 'driver', 'greet', 'sql'],
    close: 'await driver.close();\n    await sql.end();',
  },
};

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
 * @param close the statements that end what the program opened.
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
