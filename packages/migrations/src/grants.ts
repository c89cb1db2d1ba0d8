import { checkOptions, InvalidOptionError, oneOf, quoteIdentifier } from '@bearmq/core/driver';
import { GIVEN_COLUMNS, type Tables, tablesOf, unchecked } from '@bearmq/core/schema';
import { lockedBlock } from './locked-block.ts';
import { enqueueFunctions } from './schema/enqueue-by-sql.ts';

/** Who may do what, and where. */
export interface GrantOptions {
  /** The schema's name, as given to `Context`. It must have been migrated. */
  readonly schema: string;
  /** A role that exists: one that a program logs in as, or one that such roles are members of. Up to 63 bytes; it is quoted. */
  readonly role: string;
  /**
   * What for.
   *
   * - `producer`: to enqueue, also in its own transactions and in bulk, jobs of any name, and to register definitions
   *   that neither repeat nor have limits. It can neither read, change or delete a job, its own included, nor claim any.
   * - `worker`: to run workers and orchestrators, and all that a producer may. It can read every payload. It can neither
   *   create, alter or drop anything, nor touch the record of the migrations.
   */
  readonly to: 'producer' | 'worker';
}

/**
 * The SQL that gives a role what it needs and nothing else: statements to be sent one at a time, in order, by the role
 * that ran the migrations (it owns what they made). To be sent again after each migration, which may have made more.
 * Changes nothing when run again, and several processes may run it at once.
 *
 * It only gives. What the role was given before, it keeps.
 *
 * @throws InvalidIdentifierError for a name that PostgreSQL could not hold.
 * @throws InvalidOptionError for another `to`, an option that is unknown, and for the roles `public`, which is everybody,
 *   and `none`, which is nobody.
 *
 * @example
 * for (const sql of generateGrantSql({ schema: '_bearmq', role: 'web', to: 'producer' })) await pool.query(sql);
 */
export function generateGrantSql(options: GrantOptions): string[] {
  const { schema, role, to } = checkOptions('generateGrantSql', options, grantChecks, ['to']);
  const tables = tablesOf(schema);
  const grantee = quoteIdentifier(role, 'role name');
  // Quoted or not, PostgreSQL takes the one for everybody, and the other for nobody.
  if (role === 'public')
    throw new InvalidOptionError('generateGrantSql.role', 'must be one role; "public" is everybody');
  if (role === 'none') throw new InvalidOptionError('generateGrantSql.role', 'must be a role; "none" is nobody');
  const grants = [
    `usage on schema ${tables.schema}`,
    `select (version, oldest_client) on ${tables.migration}`,
    ...GRANTS[to](tables),
  ];
  return [lockedBlock(tables, grants.map((grant) => `grant ${grant} to ${grantee};`).join('\n  '))];
}

/**
 * Beside the schema's version, which both read.
 *
 * - A worker also sees when it was applied: `diagnose` reckons from that whether a table has ever been vacuumed.
 * - A producer may set the columns that an enqueue names: so it cannot put in a job that seems to run, to have been
 *   tried, or to be older than it is. The number of an identity column needs no right to its sequence.
 * - What no statement names yet (flows and the like have their tables already) is given to nobody.
 * - `select … for update skip locked` asks for the right to update: that is what a worker has it for on `finalized_job`.
 * - The mark that an enqueue writes is read by nobody: whoever may write it can change nothing by it.
 * - The functions act with the rights of whoever calls them, but for two that have to do with the line of
 * groups: a producer may have places made there, and neither read nor change any; and a worker draws the number of its end.
 * That everybody may call a new function is PostgreSQL's
 *   default and gives nothing away here, so it is not revoked; where it was, for the whole database, both need to be
 *   named. Those that enqueue jobs with unique keys, and in SQL, act with their owner's: only who is named here may call them.
 * - A worker that may not read the sequence takes the same jobs, but walks over more of what is over while an old
 *   snapshot is held (see `claim_v1`).
 */
const GRANTS: Readonly<Record<GrantOptions['to'], (n: Tables) => readonly string[]>> = {
  producer: (n) => [
    `insert (${GIVEN_COLUMNS.join(', ')}) on ${n.job}`,
    `execute on procedure ${n.fn('enqueue_first_v1')}`,
    `execute on function ${n.fn('line_up_v1')}, ${n.fn('enqueue_unique_v1')}, ${enqueueFunctions(n).join(', ')}`,
    `update on sequence ${n.flushMark}`,
  ],
  worker: (n) => [
    `select (applied_at) on ${n.migration}`,
    `select, insert, update, delete on ${n.job}, ${n.finalizedJob}, ${n.jobGroup}, ${n.jobTurn}, ${n.process}`,
    `select, insert, update, delete on ${n.schedule}`,
    `select, insert, update on ${n.jobDefinition}`,
    `select, update, delete on ${n.uniqueKey}`,
    `select, insert, update, delete on ${n.jobLimit}, ${n.jobProgress}`,
    `select, insert, delete on ${n.jobLog}`,
    `select, insert, delete on ${n.pause}`,
    `select, insert, update, delete on ${n.laneStats}, ${n.laneDepth}`,
    `select, insert, update on ${n.laneTotal}`,
    `select on ${n.jobsView}, ${n.queuesView}`,
    `select on sequence ${n.jobSequence}`,
    `update on sequence ${n.flushMark}`,
    `execute on all routines in schema ${n.schema}`,
  ],
};

const grantChecks = {
  schema: unchecked, // these two are checked where they are quoted
  role: unchecked,
  to: oneOf(...Object.keys(GRANTS)),
};
