import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

const reporter = (name) => fileURLToPath(new URL(`./scripts/${name}.mjs`, import.meta.url));

/** One Jest set-up for every package: ESM, TypeScript by swc (types are checked by tsc), a database when asked for. */
export function preset({ database = false } = {}) {
  return {
    testEnvironment: 'node',
    // Most tests wait for the database, not for a core: one worker for each core but one, as Jest has it, leaves two idle.
    maxWorkers: Math.max(3, availableParallelism() - 1),
    extensionsToTreatAsEsm: ['.ts'],
    transform: {
      '^.+\\.ts$': [
        '@swc/jest',
        { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'es6' }, sourceMaps: 'inline' },
      ],
    },
    testMatch: ['<rootDir>/{src,test}/**/*.test.ts'],
    coverageProvider: 'v8',
    collectCoverageFrom: ['src/**/*.ts'],
    reporters: ['default', reporter('jest-count-reporter'), reporter('jest-leak-reporter')],
    ...(database
      ? {
          globalSetup: '@bearmq/test-database/jest-global-setup',
          globalTeardown: '@bearmq/test-database/jest-global-teardown',
          // What waits has a deadline of its own, and says what for; this is for a machine with much else to do.
          testTimeout: 60_000,
        }
      : {}),
  };
}
