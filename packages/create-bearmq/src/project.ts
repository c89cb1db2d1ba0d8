import { configFile, greetDefinition, type TemplateFile, workerFile } from '@bearmq/cli/templates';
import type { ProjectChoices } from './choices.ts';
import { databaseModule, enqueueModule } from './templates/database.ts';
import { manifestFile } from './templates/manifest.ts';
import { readmeFile } from './templates/readme.ts';
import { dashboardModule, serverFiles } from './templates/server.ts';
import {
  ADDRESSES,
  composeFile,
  embeddedModule,
  gitignoreFile,
  migrateModule,
  prismaConfig,
  prismaSchema,
  testFile,
  tsconfigFile,
} from './templates/surroundings.ts';

/** @param release of BearMQ, which the project depends on. */
export function filesOf(choices: ProjectChoices, release: string): readonly TemplateFile[] {
  const { client, database, framework } = choices;
  const env = `DATABASE_URL=${ADDRESSES[database]}\n# The user is admin. Without one the dashboard is there in development only.\nDASHBOARD_PASSWORD=\n`;
  return [
    { path: 'package.json', content: manifestFile(choices, release) },
    { path: 'tsconfig.json', content: tsconfigFile(choices) },
    { path: '.gitignore', content: gitignoreFile(choices) },
    { path: '.env.example', content: env },
    { path: '.env', content: env },
    { path: 'README.md', content: readmeFile(choices) },
    // Each command reads it, and Node.js 20 runs no TypeScript by itself.
    { path: 'bearmq.config.mjs', content: configFile('src/jobs.ts') },
    { path: 'src/database.ts', content: databaseModule(client) },
    { path: 'src/jobs.ts', content: `${JOBS_IMPORTS}\n${greetDefinition('ts')}` },
    { path: 'src/enqueue.ts', content: enqueueModule(client) },
    { path: 'src/worker.ts', content: workerFile(WORKER_IMPORTS, 'await close();') },
    { path: 'src/migrate.ts', content: migrateModule(client) },
    { path: 'src/dashboard.ts', content: dashboardModule },
    { path: 'test/greet.test.ts', content: testFile },
    ...serverFiles(framework),
    ...(database === 'docker' ? [{ path: 'compose.yaml', content: composeFile }] : []),
    ...(database === 'embedded' ? [{ path: 'src/embedded-database.ts', content: embeddedModule }] : []),
    ...(client === 'prisma'
      ? [
          { path: 'prisma/schema.prisma', content: prismaSchema },
          { path: 'prisma.config.ts', content: prismaConfig },
        ]
      : []),
  ];
}

const JOBS_IMPORTS = `import { JobDefinition } from 'bearmq';
import { context } from './database.ts';

// For \`npx bearmq work\`, which is given this module.
export { context };
`;

const WORKER_IMPORTS = [`import { close, context } from './database.ts';`, `import { greet } from './jobs.ts';`];
