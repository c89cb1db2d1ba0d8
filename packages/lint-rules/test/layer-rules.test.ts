import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { layerRules } from '../src/layer-rules.mjs';
import { type Outcome, REPOSITORY, runNode, withTree } from './support/tree.ts';

const CHECKER = join(REPOSITORY, 'packages/lint-rules/src/check-layers.mjs');

function check(files: Readonly<Record<string, string>>): Outcome {
  return withTree(files, (root) => runNode([CHECKER, root]));
}

/** What nobody may object to: one allowed import of each kind. */
const sound = {
  'packages/core/src/index.ts': `export { worker } from './api/worker/worker.ts';`,
  'packages/core/src/errors.ts': 'export const error = 1;',
  'packages/core/src/driver/driver.ts': `import { error } from '../errors.ts';\nexport const driver = error;`,
  'packages/core/src/options/check.ts': `import { error } from '../errors.ts';\nexport const check = error;`,
  'packages/core/src/driver/index.ts': `export { check } from '../options/check.ts';\nexport { driver } from './driver.ts';`,
  'packages/core/src/schema/tables.ts': `import { driver } from '../driver/index.ts';\nexport const tables = driver;`,
  'packages/core/src/driver/values.ts': `import { driver } from './driver.ts';\nexport const value = driver;`,
  'packages/core/src/model/job.ts': `import { v7 } from 'uuid';\nexport const job = v7;`,
  'packages/core/src/runtime/clock.ts': `import { setTimeout } from 'node:timers';\nexport const clock = setTimeout;`,
  'packages/core/src/statements/claim.ts': `import { tables } from '../schema/tables.ts';\nimport { job } from '../model/job.ts';\nexport const claim = [tables, job];`,
  'packages/core/src/services/gate.ts': `import { claim } from '../statements/claim.ts';\nexport const gate = claim;`,
  'packages/core/src/internal.ts': `export { claim } from './statements/claim.ts';`,
  'packages/core/src/sessions/slonik.ts': `import { value } from '../driver/values.ts';\nexport const session = value;`,
  'packages/core/src/produce/enqueuer.ts': `import { claim } from '../statements/claim.ts';\nimport { clock } from '../runtime/clock.ts';\nexport const enqueuer = [claim, clock];`,
  'packages/core/src/services/services.ts': `import type { enqueuer } from '../produce/enqueuer.ts';\nexport type Services = typeof enqueuer;`,
  'packages/core/src/maintain/rescuer.ts': `import type { Services } from '../services/services.ts';\nexport const rescuer: Services = [];`,
  'packages/core/src/consume/process.ts': `import { rescuer } from '../maintain/rescuer.ts';\nexport const process = rescuer;`,
  'packages/core/src/api/worker/worker.ts': `import { context } from '../../context.ts';\nimport { process } from '../../consume/process.ts';\nexport const worker = [context, process];`,
  'packages/core/src/context.ts': `import type { Services } from './services/services.ts';\nexport const context: Services = [];`,
  'packages/core/src/api/orchestrator/orchestrator.ts': `import { context } from '../../context.ts';\nimport { rescuer } from '../../maintain/rescuer.ts';\nexport const orchestrator = [context, rescuer];`,
  'packages/core/src/api/worker/worker.test.ts': `import { worker } from './worker.ts';\nexport const test = worker;`,
  'packages/driver-new/src/index.ts': `import { value } from '@bearmq/core/driver';\nimport pg from 'pg';\nexport const driver = [value, pg];`,
  'packages/migrations/src/steps.ts': `import { value } from '@bearmq/core/driver';\nimport { tables } from '@bearmq/core/schema';\nexport const steps = [value, tables];`,
  'packages/cli/src/commander-tree.ts': `import { Command } from 'commander';\nexport const tree = Command;`,
  'packages/dashboard/src/api-types.ts': 'export type Answer = 1;',
  'packages/dashboard/src/server/routes/jobs.ts': `import type { Answer } from '../../api-types.ts';\nexport const jobs: Answer = 1;`,
  'packages/dashboard/src/server/routes/index.ts': `export { jobs } from './jobs.ts';`,
  'packages/dashboard/src/adapters/node.ts': `import { createServer } from 'node:http';\nexport const node = createServer;`,
  'packages/dashboard/web/page.tsx': `import type { Answer } from '../src/api-types.ts';\nexport const page: Answer = 1;`,
  'packages/integration-tests/test/flow.test.ts': `import { Worker } from '@bearmq/core';\nexport const test = Worker;`,
};

const unsound: Record<string, readonly [file: string, text: string][]> = {
  'one-file-knows-the-command-line': [
    ['packages/cli/src/commands/doctor.ts', `import { Option } from 'commander';\nexport const option = Option;`],
  ],
  'pages-see-the-types-of-the-api': [
    [
      'packages/dashboard/web/main.tsx',
      `import { jobs } from '../src/server/routes/jobs.ts';\nexport const main = jobs;`,
    ],
    ['packages/dashboard/web/state.ts', `import { Context } from '@bearmq/core';\nexport const state = Context;`],
  ],
  'dashboard-runs-anywhere': [
    [
      'packages/dashboard/src/server/page.ts',
      `import { readFileSync } from 'node:fs';\nexport const page = readFileSync;`,
    ],
  ],
  'routes-are-strangers': [
    ['packages/dashboard/src/server/routes/lanes.ts', `import { jobs } from './jobs.ts';\nexport const lanes = jobs;`],
  ],
  'bottom-layers-stand-alone': [
    [
      'packages/core/src/driver/names.ts',
      `import { tables } from '../schema/tables.ts';\nexport const names = tables;`,
    ],
    ['packages/core/src/driver/texts.ts', `import { check } from '../options/check.ts';\nexport const texts = check;`],
    ['packages/core/src/runtime/wake.ts', `import { job } from '../model/job.ts';\nexport const wake = job;`],
    [
      'packages/core/src/driver/session.ts',
      `import type { process } from '../consume/process.ts';\nexport type S = typeof process;`,
    ],
  ],
  'driver-subpath-knows-no-jobs': [
    [
      'packages/core/src/driver/index.ts',
      `export { tables } from '../schema/tables.ts';\nexport { driver } from './driver.ts';`,
    ],
  ],
  'schema-stands-on-driver': [
    ['packages/core/src/schema/columns.ts', `import { job } from '../model/job.ts';\nexport const columns = job;`],
  ],
  'errors-import-nothing': [
    ['packages/core/src/errors.ts', `import { job } from './model/job.ts';\nexport const error = job;`],
  ],
  'statements-stand-on-driver-and-model': [
    [
      'packages/core/src/statements/settle.ts',
      `import { clock } from '../runtime/clock.ts';\nexport const settle = clock;`,
    ],
    [
      'packages/core/src/statements/renew.ts',
      `import { process } from '../consume/process.ts';\nexport const renew = process;`,
    ],
  ],
  'sessions-stand-on-driver': [
    [
      'packages/core/src/sessions/knex.ts',
      `import { claim } from '../statements/claim.ts';\nexport const session = claim;`,
    ],
  ],
  'sessions-are-for-users': [
    [
      'packages/core/src/consume/finisher.ts',
      `import { session } from '../sessions/slonik.ts';\nexport const finisher = session;`,
    ],
  ],
  'produce-stands-on-statements': [
    [
      'packages/core/src/produce/pruning-enqueuer.ts',
      `import { rescuer } from '../maintain/rescuer.ts';\nexport const enqueuer = rescuer;`,
    ],
    [
      'packages/core/src/produce/meter.ts',
      `import { process } from '../consume/process.ts';\nexport const meter = process;`,
    ],
  ],
  'services-know-no-daemon': [
    [
      'packages/core/src/services/caretaker.ts',
      `import { rescuer } from '../maintain/rescuer.ts';\nexport const caretaker = rescuer;`,
    ],
    [
      'packages/core/src/services/registry.ts',
      `import { worker } from '../api/worker/worker.ts';\nexport const registry = worker;`,
    ],
  ],
  'maintain-knows-no-worker': [
    [
      'packages/core/src/maintain/pruner.ts',
      `import { process } from '../consume/process.ts';\nexport const pruner = process;`,
    ],
    [
      'packages/core/src/maintain/scheduler.ts',
      `import { context } from '../context.ts';\nexport const scheduler = context;`,
    ],
  ],
  'daemons-know-no-face': [
    [
      'packages/core/src/consume/claimer.ts',
      `import { orchestrator } from '../api/orchestrator/orchestrator.ts';\nexport const claimer = orchestrator;`,
    ],
    [
      'packages/core/src/consume/settler.ts',
      `import { worker } from '../api/worker/worker.ts';\nexport const settler = worker;`,
    ],
  ],
  'worker-and-orchestrator-are-strangers': [
    [
      'packages/core/src/api/orchestrator/options.ts',
      `import { process } from '../../consume/process.ts';\nexport const options = process;`,
    ],
  ],
  'claims-and-settles-end-in-news': [
    [
      'packages/core/src/consume/claim/claimer.ts',
      `import { settler } from '../settle/settler.ts';\nexport const claimer = settler;`,
    ],
    [
      'packages/core/src/consume/settle/settler.ts',
      `import { all } from '../process.ts';\nexport const settler = all;`,
    ],
    ['packages/core/src/consume/process.ts', 'export const all = 1;'],
  ],
  'runs-hand-on-to-settles': [
    [
      'packages/core/src/consume/run/executor.ts',
      `import { claimer } from '../claim/claimer.ts';\nexport const executor = claimer;`,
    ],
    ['packages/core/src/consume/claim/claimer.ts', 'export const claimer = 1;'],
  ],
  'index-is-for-outsiders': [
    ['packages/core/src/consume/executor.ts', `import { worker } from '../index.ts';\nexport const executor = worker;`],
  ],
  'core-knows-no-client': [
    ['packages/core/src/consume/pool.ts', `import pg from 'pg';\nexport const pool = pg;`],
    ['packages/core/src/consume/types.ts', `import type { Sql } from 'postgres';\nexport type S = Sql;`],
    ['packages/core/src/statements/prune.ts', `import { sql } from 'kysely';\nexport const prune = sql;`],
    ['packages/core/src/consume/own.ts', `import { fromPg } from '@bearmq/driver-pg';\nexport const own = fromPg;`],
  ],
  'drivers-see-only-the-driver-subpath': [
    ['packages/driver-new/src/session.ts', `import { Worker } from '@bearmq/core';\nexport const session = Worker;`],
    ['packages/driver-new/src/names.ts', `import type { Tables } from '@bearmq/core/schema';\nexport type T = Tables;`],
  ],
  'migrations-see-driver-and-schema': [
    ['packages/migrations/src/migrator.ts', `import type { Job } from '@bearmq/core/inspect';\nexport type J = Job;`],
    ['packages/doctor/src/diagnose.ts', `import { Worker } from '@bearmq/core';\nexport const diagnose = Worker;`],
  ],
  'migrations-know-no-doctor': [
    ['packages/migrations/src/check.ts', `import { diagnose } from '@bearmq/doctor';\nexport const check = diagnose;`],
  ],
  'no-source-of-another-package': [
    [
      'packages/integration-tests/test/near.test.ts',
      `import { job } from '../../core/src/model/job.ts';\nexport const test = job;`,
    ],
    [
      'apps/demo/src/main.ts',
      `import { job } from '../../../packages/core/src/model/job.ts';\nexport const main = job;`,
    ],
  ],
  'internals-are-for-tests': [
    ['packages/core/src/consume/peek.ts', `import { claim } from '../internal.ts';\nexport const peek = claim;`],
    ['packages/bearmq/src/peek.ts', `import { claim } from '@bearmq/core/internal';\nexport const peek = claim;`],
  ],
  'no-test-code-in-the-product': [
    ['packages/core/src/consume/fake.ts', `import { test } from './worker.test.ts';\nexport const fake = test;`],
    [
      'packages/driver-new/src/start.ts',
      `import { startTestDatabase } from '@bearmq/test-database';\nexport const s = startTestDatabase;`,
    ],
  ],
  'no-cycles': [
    ['packages/core/src/model/egg.ts', `import type { hen } from './hen.ts';\nexport type Egg = typeof hen;`],
    ['packages/core/src/model/hen.ts', `import type { Egg } from './egg.ts';\nexport const hen: Egg = 1;`],
  ],
};

describe('the layer rules', () => {
  it('accept a sound tree', () => {
    expect(check(sound)).toEqual({ status: 0, stdout: expect.stringContaining('0 broken rules'), stderr: '' });
  });

  it('have a counterexample each', () => {
    expect(Object.keys(unsound).sort()).toEqual(layerRules.map(({ name }) => name).sort());
  });

  it.each(Object.entries(unsound))('%s', (name, files) => {
    const { status, stderr } = check({ ...sound, ...Object.fromEntries(files) });
    const broken = stderr.split('\n').filter((line) => line.startsWith(`${name}: `));
    for (const [file] of files) {
      expect(broken).toContainEqual(expect.stringContaining(file));
    }
    expect(stderr).toContain(layerRules.find((rule) => rule.name === name)?.comment);
    expect(status).toBe(1);
  });

  it('refuse to pass when nothing was read', () => {
    expect(check({}).status).toBe(2);
  });
});
