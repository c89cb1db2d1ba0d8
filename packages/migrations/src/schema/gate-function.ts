import type { Tables } from '@bearmq/core/schema';
import { plpgsql } from '../plpgsql.ts';
import { GATE_COLUMNS, gates } from './gate.ts';

/** The gates of groups as they are, for whoever asks why a job waits, or whether the line says what is so. Locks nothing. */
export function gatesOf(n: Tables): string {
  const columns = Object.entries(GATE_COLUMNS);
  return plpgsql({
    signature: `${n.fn('gates_v1')}(p_groups text[])`,
    returns: `table (${columns.map(([name, type]) => `o_${name} ${type.replace(' collate "C"', '')}`).join(', ')})`,
    body: `begin
  return query select ${columns.map(([name]) => `s.${name}`).join(', ')} from (${gates(
    n,
    'lanes',
    `(select g.*, 1 as nth from (select distinct u.name from unnest(p_groups) as u (name)) u
      join ${n.jobGroup} g on g.name = any (array[u.name]))`,
    'true',
  )}) s;
end`,
  });
}
