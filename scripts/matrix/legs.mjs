import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../run-turbo.mjs';

const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** The oldest that is promised to work, and then what users run. */
const NODES = [engines.node.replace('>=', ''), '22.23.3', '24.21.0'];
const RUNTIMES = { Bun: 'bun@1.4.5', Deno: 'deno@2.9.6' };

/** What speaks to PostgreSQL, and what proves that it is the version that was asked for. */
const DATABASE_PACKAGES = ['@bearmq/test-database', '@bearmq/driver-pg', '@bearmq/integration-tests'];

/** What a program loads, and the checks of all of it together: where Node.js is too old for them, these fail. */
const SHIPPED_PACKAGES = [
  '@bearmq/core',
  '@bearmq/driver-pg',
  '@bearmq/driver-postgresjs',
  '@bearmq/driver-pglite',
  '@bearmq/driver-testkit',
  '@bearmq/smoke',
];

/**
 * @typedef {object} Leg
 * @property {string} name
 * @property {number} major Of PostgreSQL.
 * @property {string} [node] The version of Node.js; the one that runs this script unless given.
 * @property {string} [runtime] The npm package of another JavaScript runtime, with its version.
 * @property {'pgbouncer'} [pooler] What stands between the tests and the server.
 * @property {'past-the-pooler'} [part] Of the integration tests, those that do not run through a pooler; all unless given.
 * @property {'postgresjs'} [driver] On which the integration tests run; pg unless given.
 * @property {readonly string[]} [packages] All unless given.
 */

/**
 * An L: every PostgreSQL on the oldest Node.js, and every Node.js on the newest PostgreSQL. Then what is not a version.
 *
 * @param {readonly number[]} majors The supported majors of PostgreSQL, oldest first.
 * @returns {Leg[]}
 */
export function allLegs(majors) {
  const [floor] = NODES;
  const older = majors.slice(0, -1).map((major) => onNode(major, floor, DATABASE_PACKAGES));
  const last = majors.at(-1);
  const newest = NODES.map((node) => onNode(last, node));
  return [...older, ...newest, ...runtimes(last), pgBouncer(last), postgresJs(majors)];
}

/**
 * What CI runs beside `pnpm test`, which runs all on the newest PostgreSQL and CI's Node.js: the oldest PostgreSQL on the
 * newest Node.js, each test once, through PgBouncer where it can; then what ships on the oldest Node.js, and on what is no
 * Node.js.
 *
 * @param {readonly number[]} majors
 * @returns {Leg[]}
 */
export function cornerLegs(majors) {
  const [oldest, newest] = [majors[0], majors.at(-1)];
  const far = onNode(oldest, NODES.at(-1), DATABASE_PACKAGES);
  return [
    { ...far, name: `${far.name}, PgBouncer`, pooler: 'pgbouncer', packages: ['@bearmq/integration-tests'] },
    { ...far, name: `${far.name}, past the pooler`, part: 'past-the-pooler' },
    onNode(newest, NODES[0], SHIPPED_PACKAGES),
    ...runtimes(newest),
  ];
}

/** @type {(major: number, node: string, packages?: readonly string[]) => Leg} */
function onNode(major, node, packages) {
  return { name: `PostgreSQL ${major}, Node ${node}`, major, node, packages };
}

/** @type {(major: number) => Leg[]} */
function runtimes(major) {
  return Object.entries(RUNTIMES).map(([name, runtime]) => ({
    name: `PostgreSQL ${major}, ${name} ${runtime.split('@')[1]}`,
    major,
    runtime,
    packages: ['@bearmq/smoke'],
  }));
}

/** @type {(major: number) => Leg} */
function pgBouncer(major) {
  return {
    name: `PostgreSQL ${major}, PgBouncer`,
    major,
    pooler: 'pgbouncer',
    packages: ['@bearmq/integration-tests'],
  };
}

/** @type {(majors: readonly number[]) => Leg} */
function postgresJs([oldest]) {
  return {
    name: `PostgreSQL ${oldest}, postgres.js`,
    major: oldest,
    driver: 'postgresjs',
    packages: ['@bearmq/driver-postgresjs', '@bearmq/integration-tests'],
  };
}
