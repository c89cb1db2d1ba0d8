// Which file may import which. Paths are relative to the repository; `$1` is what the bracket in `from` matched.

const core = '^packages/core/src';
const errors = `${core}/(errors|in-words|real-timers)\\.ts$`;
const testFile = '\\.test\\.ts$';
/**
 * An npm package by its name, whether it is installed (a path through node_modules) or not (its bare name).
 *
 * @param {string} names
 */
const npm = (names) => `(^|node_modules/)(${names})(/|$)`;

const clients = 'pg|pg-[^/]+|postgres|@electric-sql|@neondatabase|@prisma|drizzle-orm|knex|sequelize|slonik|typeorm';

/** @type {import('dependency-cruiser').IForbiddenRuleType[]} */
export const layerRules = [
  {
    name: 'bottom-layers-stand-alone',
    comment:
      'driver/, model/ and runtime/ import nothing of ours but errors.ts, in-words.ts and real-timers.ts: each can be read, tested and reasoned about without knowing the others.',
    severity: 'error',
    from: { path: `${core}/(driver|model|runtime)/` },
    to: { path: core, pathNot: [errors, `${core}/$1/`] },
  },
  {
    name: 'errors-import-nothing',
    comment:
      'errors.ts, in-words.ts and real-timers.ts are importable from anywhere, so they must not drag anything along.',
    severity: 'error',
    from: { path: errors },
    to: { path: core },
  },
  {
    name: 'statements-stand-on-driver-and-model',
    comment: 'SQL knows the transport and the model, not who runs it or when: a statement can be tested by itself.',
    severity: 'error',
    from: { path: `${core}/statements/` },
    to: { path: core, pathNot: [errors, `${core}/(statements|driver|model)/`] },
  },
  {
    name: 'sessions-stand-on-driver',
    comment:
      "sessions/ makes an SqlSession of a query builder's transaction: a subpath that loads next to nothing, and knows neither what is run on it nor, but by shape, the query builder.",
    severity: 'error',
    from: { path: `${core}/sessions/` },
    to: { path: core, pathNot: [errors, `${core}/(sessions|driver)/`] },
  },
  {
    name: 'sessions-are-for-users',
    comment: 'Whoever has a query builder asks for its subpath; the queue itself takes any SqlSession and needs none.',
    severity: 'error',
    from: { path: core, pathNot: `${core}/sessions/` },
    to: { path: `${core}/sessions/` },
  },
  {
    name: 'consumer-and-orchestrator-are-strangers',
    comment: 'Either runs without the other, on another machine if need be; they meet in the database only.',
    severity: 'error',
    from: { path: `${core}/(consume|orchestrator)/` },
    to: { path: `${core}/(consume|orchestrator)/`, pathNot: `${core}/$1/` },
  },
  {
    name: 'claims-and-settles-end-in-news',
    comment:
      'A claim hands its jobs to a pool, and what follows from a settle reaches the claimer as news: neither knows the rooms before and after, nor the process that puts them together, and a job passes each room once.',
    severity: 'error',
    from: { path: `${core}/consume/(claim|settle)/` },
    to: { path: `${core}/consume/((claim|run|settle)/|(process|membership)\\.ts$)`, pathNot: `${core}/consume/$1/` },
  },
  {
    name: 'runs-hand-on-to-settles',
    comment: 'A run ends in settle/. It does not ask where its job was claimed, nor which process it is part of.',
    severity: 'error',
    from: { path: `${core}/consume/run/` },
    to: { path: `${core}/consume/(claim/|(process|membership)\\.ts$)` },
  },
  {
    name: 'index-is-for-outsiders',
    comment: 'index.ts lists the public names; a file inside that imports it depends on everything.',
    severity: 'error',
    from: { path: '^packages/([^/]+)/src/', pathNot: testFile },
    to: { path: '^packages/$1/src/index\\.ts$' },
  },
  {
    name: 'core-knows-no-client',
    comment: 'The semantics are the same on every PostgreSQL client, because core sees none: it speaks to a Driver.',
    severity: 'error',
    from: { path: core, pathNot: testFile },
    to: { path: [npm(clients), '^packages/(?!core/)', '^@bearmq/(?!core(/|$))'] },
  },
  {
    name: 'kysely-only-inspects',
    comment:
      'Queries whose shape is chosen at run time are built under inspect/; the job path does not load a builder.',
    severity: 'error',
    from: { path: core, pathNot: `${core}/inspect/` },
    to: { path: npm('kysely') },
  },
  {
    name: 'drivers-see-only-the-driver-subpath',
    comment: 'Drivers, migrations and the testkit can be read, and written by others, without knowing what a job is.',
    severity: 'error',
    from: { path: '^packages/(driver-[^/]+|migrations)/src/' },
    to: {
      path: '^(packages/core/|@bearmq/core(/|$))',
      pathNot: '^(packages/core/dist/driver/index\\.(d\\.ts|js)|@bearmq/core/driver)$',
    },
  },
  {
    name: 'no-source-of-another-package',
    comment: 'Packages meet by their exports: what is imported is what users get, and what turbo knows to build first.',
    severity: 'error',
    from: { path: '^(packages|apps)/([^/]+)/' },
    to: { path: '^(packages|apps)/[^/]+/(src|test)/', pathNot: '^$1/$2/' },
  },
  {
    name: 'no-test-code-in-the-product',
    comment: 'Test files and the private packages are not published: what imports them would break for users.',
    severity: 'error',
    from: { path: '^packages/(bearmq|core|driver-[^/]+|migrations)/src/', pathNot: testFile },
    to: {
      path: [
        testFile,
        '^packages/[^/]+/test/',
        '^(packages/|@bearmq/)(test-database|integration-tests|lint-rules)(/|$)',
      ],
    },
  },
  {
    name: 'no-cycles',
    comment: 'Two files that need each other, be it for a type, are one file, or need a third.',
    severity: 'error',
    from: {},
    to: { circular: true },
  },
];
