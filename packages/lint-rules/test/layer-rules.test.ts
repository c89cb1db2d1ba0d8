import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { layerRules } from '../src/layer-rules.mjs';
import { sound } from './support/sound-tree.ts';
import { type Outcome, REPOSITORY, runNode, withTree } from './support/tree.ts';

const CHECKER = join(REPOSITORY, 'packages/lint-rules/src/check-layers.mjs');

function check(files: Readonly<Record<string, string>>): Outcome {
  return withTree(files, (root) => runNode([CHECKER, root]));
}

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

/** What the checker says of each counterexample: of as many in one tree as have no file in common. */
const outcomes = new Map<string, Outcome>();
beforeAll(() => {
  const trees: Record<string, string>[] = [];
  const places = Object.entries(unsound).map(([name, files]) => {
    const fits = (tree: Record<string, string>): boolean => files.every(([file]) => !(file in tree));
    const tree = trees.find(fits) ?? {};
    if (!trees.includes(tree)) trees.push(tree);
    return { name, tree: Object.assign(tree, Object.fromEntries(files)) };
  });
  const checked = new Map(trees.map((tree) => [tree, check({ ...sound, ...tree })]));
  for (const { name, tree } of places) outcomes.set(name, checked.get(tree) as Outcome);
});

describe('the layer rules', () => {
  it('accept a sound tree', () => {
    expect(check(sound)).toEqual({ status: 0, stdout: expect.stringContaining('0 broken rules'), stderr: '' });
  });

  it('have a counterexample each', () => {
    expect(Object.keys(unsound).sort()).toEqual(layerRules.map(({ name }) => name).sort());
  });

  it.each(Object.entries(unsound))('%s', (name, files) => {
    const { status, stderr } = outcomes.get(name) as Outcome;
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
