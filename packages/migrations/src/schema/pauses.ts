import type { Tables } from '@bearmq/core/schema';
import { freshTag, plpgsql } from '../plpgsql.ts';
import { insertGroups } from './claim-groups.ts';
import { lockGroups } from './groups.ts';

/**
 * Pauses a channel, a name, a group or everything. When it returns no claim takes such a job any more: the row is committed
 * first, and then the row of each process is touched. A claim holds that of its own while it takes jobs, and looks for
 * pauses after it has it. So one that holds it already is waited for, and one that comes later sees the pause. Touched
 * without the commit before, 41 of 73 pauses saw a job start after they had returned; so, none of 46.
 *
 * It sets nothing and no search path, since a procedure that does may not commit: all its names are qualified. Says whether it was not paused yet.
 */
export function pause(n: Tables): string {
  const body = `declare
  v_process uuid;
begin
  insert into ${n.pause} (kind, name, reason) values (p_kind, p_name, p_reason) on conflict do nothing;
  o_is_new := found;
  commit;
  for v_process in select p.id from ${n.process} p order by p.id loop
    perform 1 from ${n.process} p where p.id operator(pg_catalog.=) v_process for update;
    commit;
  end loop;
end`;
  const tag = freshTag(body);
  return `create procedure ${n.fn('pause_v1')}(p_kind text, p_name text, p_reason text, inout o_is_new boolean default null)
language plpgsql
as ${tag}
${body}
${tag}`;
}

/**
 * Ends a pause. Returns a row of nulls where it was paused, and else nothing; for a group also the lanes in which there is
 * work now. For anything else that may be anywhere.
 *
 * A claim that met a place in line of the paused group has shut it, holding the group's row; who holds that now, in an
 * earlier statement, opens it again. The row is made where there is none, so that no claim makes it meanwhile and shuts
 * the place by what it saw before.
 */
export function resume(n: Tables): string {
  const paused = `select p.name from ${n.pause} p where p.kind = p_kind and p.name = p_name`;
  return plpgsql({
    signature: `${n.fn('resume_v1')}(p_kind text, p_name text)`,
    returns: 'table (o_channel text, o_name text)',
    body: `begin
  if p_kind = 'group' then
    ${insertGroups(n, paused)};
    ${lockGroups(n, 'array[p_name]')}
  end if;
  delete from ${n.pause} p where p.kind = p_kind and p.name = p_name;
  if not found then
    return;
  end if;
  if p_kind = 'group' then
    return query select o.o_channel, o.o_name from ${n.fn('open_turns_v1')}(array[p_name]) o;
  end if;
  return next;
end`,
  });
}
