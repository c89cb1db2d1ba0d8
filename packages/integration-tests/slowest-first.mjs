import { statSync } from 'node:fs';

/** The files that take longest, longest first: one of them that began last would keep a single worker at the end. */
const SLOWEST = [
  'poolers/no-notifications',
  'surface/tarballs',
  'surface/create',
  'model/model',
  'import/pg-boss',
  'import/graphile-worker',
  'import/bullmq',
  'races/all-orders',
  'races/random-interleavings',
  'enqueue/memory',
  'claim/held-snapshots',
  'rescue/killed-processes',
  'regression/large-payloads',
  'regression/one-row-stops-everybody',
  'races/processes',
  'transactions/pglite',
  'surroundings/names-and-settings',
  'regression/deaf-after-a-block',
  'regression/start-after-a-block',
];

/**
 * The order of the test files. Jest's own goes by how long they took last time, of which a fresh clone knows nothing, and
 * then by size: some of the slowest are the shortest to read.
 */
export default class SlowestFirst {
  /** @param {Array<{ readonly path: string }>} tests */
  sort(tests) {
    return [...tests].sort((a, b) => rank(a) - rank(b) || statSync(b.path).size - statSync(a.path).size);
  }

  /** `jest --onlyFailures` is not supported: which failed last time is not kept. */
  allFailedTests() {
    throw new Error('Which tests failed last time is not kept: name the files.');
  }

  cacheResults() {}
}

/** @param {{ readonly path: string }} test */
function rank({ path }) {
  const place = SLOWEST.findIndex((name) => path.replaceAll('\\', '/').endsWith(`/test/${name}.test.ts`));
  return place === -1 ? SLOWEST.length : place;
}
