import { quoteLiteral, type Tables } from '@bearmq/core/schema';
import { freshTag } from './plpgsql.ts';

/**
 * One statement, and so one transaction, that first waits for whoever else is changing this schema: two `create`s, or
 * two `grant`s ("tuple concurrently updated"), of one object fail where they meet.
 *
 * Types, functions and operators are PostgreSQL's own in it, whatever the session's search path is. That is as it was for
 * what follows: the statement may be one of several in a transaction.
 *
 * @param body - plpgsql statements, none of them a `return`.
 */
export function lockedBlock(n: Tables, body: string): string {
  const key = quoteLiteral(`bearmq migrate ${n.schemaName}`);
  const text = `declare
  kept_path pg_catalog.text := pg_catalog.current_setting('search_path');
begin
  perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended(${key}, 0));
  ${body}
  perform pg_catalog.set_config('search_path', kept_path, true);
end`;
  const tag = freshTag(text);
  return `do ${tag}\n${text}\n${tag}`;
}
