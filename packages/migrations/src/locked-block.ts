import { quoteLiteral, type Tables } from '@bearmq/core/driver';
import { freshTag } from './plpgsql.ts';

/**
 * One statement, and so one transaction, that first waits for whoever else is changing this schema: two `create`s, or
 * two `grant`s ("tuple concurrently updated"), of one object fail where they meet.
 *
 * @param body - plpgsql statements.
 */
export function lockedBlock(n: Tables, body: string): string {
  const key = quoteLiteral(`bearmq migrate ${n.schemaName}`);
  const text = `begin
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended(${key}, 0));
  ${body}
end`;
  const tag = freshTag(text);
  return `do ${tag}\n${text}\n${tag}`;
}
