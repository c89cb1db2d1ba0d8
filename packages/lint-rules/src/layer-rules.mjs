// Which file may import which. Paths are relative to the repository; `$1` is what the bracket in `from` matched.

const core = '^packages/core/src';
const errors = `${core}/(errors|messages|real-timers)\\.ts$`;
const testFile = '\\.test\\.ts$';
/**
 * An npm package by its name, whether it is installed (a path through node_modules) or not (its bare name).
 *
 * @param {string} names
 */
const npm = (names) => `(^|node_modules/)(${names})(/|$)`;

const clients =
  'pg|pg-[^/]+|postgres|bun|@electric-sql|@neondatabase|@vercel|@prisma|drizzle-orm|knex|kysely|@mikro-orm|sequelize|slonik|typeorm';

/** The floors of layer 3, the lowest first, as folders and files of core. */
const services = `${core}/services/`;
const consume = `${core}/consume/`;
/** The public face: what users hold. */
const face = `${core}/(api/|context\\.ts$|index\\.ts$)`;

/** @type {import('dependency-cruiser').IForbiddenRuleType[]} */
export const layerRules = [
  {
    name: 'bottom-layers-stand-alone',
    comment:
      'driver/, options/, model/ and runtime/ import nothing of ours but errors.ts, messages.ts and real-timers.ts: each can be read, tested and reasoned about without knowing the others.',
    severity: 'error',
    from: { path: `${core}/(driver|options|model|runtime)/`, pathNot: `${core}/driver/index\\.ts$` },
    to: { path: core, pathNot: [errors, `${core}/$1/`] },
  },
  {
    name: 'driver-subpath-knows-no-jobs',
    comment:
      'What a driver imports is driver/ and the check of its options: whoever writes one need not know what a job is.',
    severity: 'error',
    from: { path: `${core}/driver/index\\.ts$` },
    to: { path: core, pathNot: [errors, `${core}/(driver|options)/`] },
  },
  {
    name: 'schema-stands-on-driver',
    comment:
      'schema/ has the names that SQL is made of, for the statements and for the packages that migrate and examine: it loads nothing that runs.',
    severity: 'error',
    from: { path: `${core}/schema/` },
    to: { path: core, pathNot: [errors, `${core}/(schema|driver|options)/`] },
  },
  {
    name: 'errors-import-nothing',
    comment:
      'errors.ts, messages.ts and real-timers.ts are importable from anywhere, so they must not drag anything along.',
    severity: 'error',
    from: { path: errors },
    to: { path: core },
  },
  {
    name: 'statements-stand-on-driver-and-model',
    comment: 'SQL knows the transport and the model, not who runs it or when: a statement can be tested by itself.',
    severity: 'error',
    from: { path: `${core}/statements/` },
    to: { path: core, pathNot: [errors, `${core}/(statements|schema|driver|model)/`] },
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
    name: 'produce-stands-on-statements',
    comment:
      'produce/ puts jobs into the database and announces them. A program that only enqueues loads nothing that claims, runs or cleans up.',
    severity: 'error',
    from: { path: `${core}/produce/` },
    to: { path: core, pathNot: [errors, `${core}/(produce|statements|driver|schema|model|runtime)/`] },
  },
  {
    name: 'services-know-no-daemon',
    comment:
      'What stands behind a context is shared by all daemons, so it may know what is below them, and none of them: else each would come along with every other.',
    severity: 'error',
    from: { path: services },
    to: { path: [`${core}/maintain/`, consume, face] },
  },
  {
    name: 'maintain-knows-no-worker',
    comment:
      'maintain/ rescues, repeats, prunes and checks. An orchestrator does that without Workers, and so do they for each other: it must not know who runs it.',
    severity: 'error',
    from: { path: `${core}/maintain/` },
    to: { path: [consume, face] },
  },
  {
    name: 'daemons-know-no-face',
    comment:
      'A claimed job goes its way whoever asked for it: what users hold stands on the daemons, never the other way.',
    severity: 'error',
    from: { path: consume, pathNot: [face, testFile] },
    to: { path: face },
  },
  {
    name: 'worker-and-orchestrator-are-strangers',
    comment: 'Either runs without the other, on another machine if need be; they meet in the database only.',
    severity: 'error',
    from: { path: `${core}/api/orchestrator/` },
    to: { path: [consume, `${core}/api/worker/`] },
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
    comment:
      'The semantics are the same on every PostgreSQL client and with every query builder, because core sees none: it speaks to a Driver.',
    severity: 'error',
    from: { path: core, pathNot: testFile },
    to: { path: [npm(clients), '^packages/(?!core/)', '^@bearmq/(?!core(/|$))'] },
  },
  {
    name: 'drivers-see-only-the-driver-subpath',
    comment: 'Drivers and the testkit can be read, and written by others, without knowing what a job is.',
    severity: 'error',
    from: { path: '^packages/driver-[^/]+/src/' },
    to: {
      path: '^(packages/core/|@bearmq/core(/|$))',
      pathNot: '^(packages/core/dist/driver/index\\.(d\\.ts|js)|@bearmq/core/driver)$',
    },
  },
  {
    name: 'migrations-know-no-doctor',
    comment:
      'The doctor looks at what the migrations made. They run without it, and whoever only migrates installs none.',
    severity: 'error',
    from: { path: '^packages/migrations/src/' },
    to: { path: '^(packages|@bearmq)/doctor(/|$)' },
  },
  {
    name: 'migrations-see-driver-and-schema',
    comment:
      'What makes and examines the tables runs before there is anything to run jobs with, and loads none of that.',
    severity: 'error',
    from: { path: '^packages/(migrations|doctor)/src/' },
    to: {
      path: '^(packages/core/|@bearmq/core(/|$))',
      pathNot: '^(packages/core/dist/(driver|schema)/index\\.(d\\.ts|js)|@bearmq/core/(driver|schema))$',
    },
  },
  {
    name: 'one-file-knows-the-command-line',
    comment:
      'What a command does is said without the library that takes command lines apart: it can be called, tested and moved to another one without it.',
    severity: 'error',
    from: { path: '^packages/cli/src/', pathNot: '^packages/cli/src/commander-tree\\.ts$' },
    to: { path: npm('commander') },
  },
  {
    name: 'pages-see-the-types-of-the-api',
    comment:
      'What runs in a browser knows of the server what it answers, and nothing else: the API is for scripts, too, and says all there is to say.',
    severity: 'error',
    from: { path: '^packages/dashboard/web/' },
    to: {
      path: ['^packages/dashboard/(src|test|e2e)/', '^(packages|@bearmq)/'],
      pathNot: '^packages/dashboard/(web/|src/api-types\\.ts$)',
    },
  },
  {
    name: 'dashboard-runs-anywhere',
    comment:
      'The dashboard is a function of a Request, and runs where there is no Node.js. What is of Node.js is in an adapter, or in what serves it alone.',
    severity: 'error',
    from: { path: '^packages/dashboard/src/', pathNot: '^packages/dashboard/src/(adapters/|standalone\\.ts$)' },
    to: { dependencyTypes: ['core'] },
  },
  {
    name: 'routes-are-strangers',
    comment: 'One resource, one file: what two of them share lies beside their folder, and the table lists them all.',
    severity: 'error',
    from: { path: '^packages/dashboard/src/server/routes/', pathNot: '/routes/index\\.ts$' },
    to: { path: '^packages/dashboard/src/(server/(routes/|app\\.ts$|answer\\.ts$)|adapters/)' },
  },
  {
    name: 'no-source-of-another-package',
    comment: 'Packages meet by their exports: what is imported is what users get, and what turbo knows to build first.',
    severity: 'error',
    from: { path: '^(packages|apps)/([^/]+)/' },
    to: { path: '^(packages|apps)/[^/]+/(src|test)/', pathNot: '^$1/$2/' },
  },
  {
    name: 'internals-are-for-tests',
    comment: '@bearmq/core/internal is not published: what imports it would break for users.',
    severity: 'error',
    from: { path: '^(packages|apps)/', pathNot: '^packages/integration-tests/test/' },
    to: { path: '^(packages/core/(src|dist)/internal\\.(ts|d\\.ts|js)|@bearmq/core/internal)$' },
  },
  {
    name: 'no-test-code-in-the-product',
    comment: 'Test files and the private packages are not published: what imports them would break for users.',
    severity: 'error',
    from: {
      path: '^packages/(bearmq|cli|core|create-bearmq|dashboard|doctor|driver-[^/]+|migrations|otel|prometheus)/src/',
      pathNot: testFile,
    },
    to: {
      path: [
        testFile,
        '^packages/[^/]+/test/',
        '^(packages/|@bearmq/)(test-database|test-support|integration-tests|lint-rules)(/|$)',
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
