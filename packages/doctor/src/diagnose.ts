import {
  checkOptions,
  hasMethods,
  hasSqlState,
  numberIn,
  SQL_STATES,
  type SqlSession,
  withDefaults,
} from '@bearmq/core/driver';
import { tablesOf, unchecked } from '@bearmq/core/schema';
import { checkDrift } from './drift.ts';
import type { Check, Examination, Finding } from './finding.ts';
import { checkHorizon } from './horizon.ts';
import { checkIndexes } from './indexes.ts';
import { checkLanes } from './lanes.ts';
import { checkLongRuns } from './long-runs.ts';
import { checkOrchestrator, checkPauses, checkReleases } from './maintenance.ts';
import { checkRowSecurity } from './row-security.ts';
import { readSchema } from './schema-version.ts';
import { checkSequence } from './sequence.ts';
import { isSupported, judgeServer, readServer } from './server.ts';
import { checkBacklogs, checkFailing } from './trends.ts';
import { checkVacuum } from './vacuum.ts';
import { checkSchedules, checkUnrecorded, checkWaiting, checkWorkers } from './work.ts';

/** What to look at, and how patiently. */
export interface DiagnoseOptions {
  /** A driver, or a session of one. */
  readonly driver: SqlSession;
  /** The schema's name, as given to `Context`. */
  readonly schema: string;
  /**
   * How long something may last before it is a finding, in seconds: a transaction that is open, dead rows that no vacuum
   * comes for, a lease that ran out, jobs that wait for a worker, a repeating job that is overdue.
   *
   * Smaller values tell of trouble earlier, and of what would have passed by itself.
   *
   * @defaultValue 300
   * @throws {@link InvalidOptionError} below 0 or above 86,400.
   */
  readonly patienceSecs?: number;
}

/** Whether jobs are being run. */
const workChecks: readonly Check[] = [
  checkWorkers,
  checkUnrecorded,
  checkWaiting,
  checkLanes,
  checkBacklogs,
  checkFailing,
  checkLongRuns,
  checkSchedules,
  checkOrchestrator,
  checkPauses,
  checkReleases,
];

const DIAGNOSE_DEFAULTS = { patienceSecs: 300 } as const;
const diagnoseChecks = {
  driver: hasMethods(['run'], 'must be a driver, such as pgDriver({ pool }), or a session of one'),
  schema: unchecked, // checked where it is quoted
  patienceSecs: numberIn(0, 86_400, 'seconds'),
};

/**
 * Looks whether everything is in order: the server, the schema, its vacuuming, who holds vacuums up, and whether jobs
 * are being run. Changes nothing, waits for no lock that a worker takes, and needs the rights that a worker needs;
 * what other roles' sessions do is seen only with `pg_read_all_stats`, and missed with a finding.
 *
 * It is a look at one moment: what is wrong for a moment only may show, or be missed.
 *
 * @returns what is not in order, the errors first; empty when nothing is.
 * @throws InvalidIdentifierError for a schema name that PostgreSQL could not hold.
 * @throws InvalidOptionError for an option that is unknown, of the wrong type or out of range.
 * @throws DatabaseError when the database cannot be asked.
 *
 * @example
 * for (const { severity, message, remedy } of await diagnose({ driver, schema: '_bearmq' })) {
 *   console.log(`${severity}: ${message}\n  ${remedy}`);
 * }
 */
export async function diagnose(options: DiagnoseOptions): Promise<readonly Finding[]> {
  const given = checkOptions('diagnose', options, diagnoseChecks, ['driver']);
  const { driver, schema, patienceSecs } = withDefaults(DIAGNOSE_DEFAULTS, given);
  const at: Examination = { driver, tables: tablesOf(schema), patienceSecs };

  const server = await readServer(at);
  const findings: Finding[] = [...judgeServer(server)];
  if (!isSupported(server)) return findings;
  const state = await readSchema(at);
  findings.push(...state.findings);
  const checks: readonly Check[] = [
    ...(state.isCurrent ? [checkDrift] : []),
    ...(state.isOurs ? [checkRowSecurity] : []),
    ...(state.isMigrated ? [checkIndexes, checkVacuum, checkSequence, ...workChecks] : []),
    checkHorizon,
  ];
  const refusals: string[] = [];
  // One after the other: the driver may be a single session.
  for (const check of checks) findings.push(...(await allowed(check, at, refusals)));
  if (refusals.length > 0) findings.push(withoutRights(at, server.role, refusals));
  return [...findings.filter((one) => one.severity === 'error'), ...findings.filter((one) => one.severity !== 'error')];
}

/**
 * What may not be seen is added to the refusals, and no failure of all that may. What is not there was told of as
 * missing, or belongs to another version.
 */
async function allowed(check: Check, at: Examination, refusals: string[]): Promise<readonly Finding[]> {
  try {
    return await check(at);
  } catch (error) {
    if (hasSqlState(error, SQL_STATES.undefinedTable, SQL_STATES.undefinedColumn)) return [];
    if (!hasSqlState(error, SQL_STATES.insufficientPrivilege)) throw error;
    refusals.push(error.message);
    return [];
  }
}

/** One for all refusals: the remedy is the same, and what else was found is not to drown in them. */
function withoutRights(at: Examination, role: string, refusals: readonly string[]): Finding {
  const grantee = `"${role.replaceAll('"', '""')}"`;
  const reasons = [...new Set(refusals)].join('; ');
  return {
    kind: 'no-rights',
    severity: 'warning',
    subject: `role ${role}`,
    message: `the role ${JSON.stringify(role)} may not see all that was to be looked at: ${reasons}`,
    remedy: `grant select on all tables in schema ${at.tables.schema} to ${grantee};`,
  };
}
