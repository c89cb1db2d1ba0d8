import { asNumber, quoteLiteral } from '@bearmq/core/schema';
import { ask, type Check } from './finding.ts';

/** The oldest and the newest jobs, by their ids, are looked at: so many of each. */
const AT_MOST = 1_000;

/**
 * Whether jobs have numbers that the sequence has still to draw: rows were copied, by logical replication or by a restore
 * of data only, and the sequence was not. Jobs to come would run before those that have waited longer, within a group too.
 *
 * Ids rise with time, so that both ends of their index tell, however many jobs there are. Without the right to read the
 * sequence it cannot be told.
 */
export const checkSequence: Check = async (at) => {
  const { tables: n } = at;
  const sequence = quoteLiteral(n.jobSequence);
  const [mayRead] = await ask(
    at,
    'sequence_right',
    `select coalesce(pg_catalog.has_sequence_privilege(pg_catalog.to_regclass($1::text), 'select'), false)::boolean`,
    [n.jobSequence],
  );
  if (mayRead?.[0] !== true) return [];
  const [row] = await ask(
    at,
    'sequence',
    `select case when s.is_called then s.last_value else s.last_value - 1 end::float8,
       (select coalesce(pg_catalog.max(j.seq), 0) from (
         (select seq from ${n.job} order by id limit $1::int4)
         union all
         (select seq from ${n.job} order by id desc limit $1::int4)) j)::float8
     from ${n.jobSequence} s`,
    [AT_MOST],
  );
  const [last, highest] = [asNumber(row?.[0]), asNumber(row?.[1])];
  if (highest <= last) return [];
  return [
    {
      kind: 'sequence-behind',
      severity: 'error',
      subject: 'sequence job_seq_seq',
      message: `the last number drawn from the sequence ${n.jobSequence} is ${last}, but there are jobs up to ${highest}: jobs to come are taken for older than those`,
      remedy: `select pg_catalog.setval(${sequence}, (select pg_catalog.max(seq) from ${n.job}));`,
    },
  ];
};
