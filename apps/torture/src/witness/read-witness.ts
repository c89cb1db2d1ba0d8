import type pg from 'pg';
import type { Witnessed } from '../checker/history.ts';
import { ENTRIES, WITNESS } from './triggers.ts';

/** Reads all of it in one statement, so in one snapshot. Times are the server's; `schema` is the queue's, quoted. */
export async function readWitness(client: pg.Client, schema: string): Promise<Witnessed> {
  const { rows } = await client.query<{ witnessed: Witnessed }>(statement(schema, WITNESS));
  const [row] = rows;
  if (row === undefined) throw new Error('the witness said nothing');
  return row.witnessed;
}

function statement(s: string, w: string): string {
  const ms = (column: string): string => `extract(epoch from ${column}) * 1000`;
  const list = (fields: Readonly<Record<string, string>>, from: string, order = '1'): string => {
    const pairs = Object.entries(fields).map(([name, sql]) => `'${name}', ${sql}`);
    return `coalesce((select json_agg(json_build_object(${pairs.join(', ')}) order by ${order}) from ${from}), '[]')`;
  };
  return `select json_build_object(
    'inserted', ${list(
      {
        jobId: 'job_id',
        key: 'key',
        name: 'name',
        failedId: 'failed_id',
        leaderId: 'leader_id',
        tick: 'tick',
        at: ms('at'),
      },
      `${w}.inserted`,
      'at',
    )},
    'replacements', ${list({ jobId: 'job_id', key: 'key', isRestart: 'is_restart', dueAt: ms('due_at'), at: ms('at') }, `${w}.replaced`, 'at')},
    'claims', ${list(
      {
        jobId: 'c.job_id',
        fence: 'c.fence',
        process: 'l.process',
        lease: 'c.lease',
        attempt: 'c.attempt',
        tx: 'c.tx',
        at: ms('c.at'),
        startAt: ms('c.start'),
        endedAt: ms('c.ended_at'),
        end: 'c.ending',
        isSpent: 'c.is_spent',
        isLeaseOver: 'c.is_lease_over',
      },
      `${w}.claim c join ${w}.lease l on l.id = c.lease`,
      'c.at, c.fence',
    )},
    'entries', ${list({ jobId: 'job_id', run: 'run', attempt: 'attempt' }, ENTRIES, 'job_id')},
    'ticks', ${list({ name: 'name', jobId: 'job_id', dueAt: ms('due_at'), firedAt: ms('fired_at'), nextAt: ms('next_at') }, `${w}.tick`, 'due_at')},
    'unlocks', ${list({ group: 'job_group', at: ms('at'), lockedSecs: 'extract(epoch from at - locked_at)' }, `${w}.unlock`, 'at')},
    'refused', ${list({ jobId: 'job_id', from: ms('from_at'), to: ms('to_at') }, `${w}.refused`, 'from_at')},
    'slowed', ${list({ process: 'process', from: ms('from_at'), to: ms('to_at') }, `${w}.slowed`, 'from_at')},
    'deleted', ${list({ jobId: 'job_id', state: 'state', at: ms('at') }, `${w}.deleted`, 'at')},
    'finals', ${list(
      {
        jobId: 'id',
        outcome: 'outcome',
        attempt: 'attempt',
        numAttempts: 'num_attempts',
        failures: `coalesce((select json_agg(json_build_object('attempt', f -> 'attempt',
          'died', f ->> 'error' = 'the worker process died') order by n)
          from jsonb_array_elements(coalesce(failures, '[]')) with ordinality u (f, n)), '[]')`,
        at: ms('finalized_at'),
      },
      `${s}.finalized_job`,
      'finalized_at',
    )},
    'remains', json_build_object(
      'jobs', ${list({ jobId: 'id', state: 'state' }, `${s}.job`, 'seq')},
      'groups', ${list({ name: 'name', running: 'running' }, `${s}.job_group`, 'name')},
      'workers', ${list({ lease: 'k.id', process: 'l.process' }, `${s}.process k left join ${w}.lease l on l.id = k.id`)})) as witnessed`;
}
