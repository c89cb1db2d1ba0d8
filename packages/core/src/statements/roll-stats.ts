import { asNumber } from '../schema/index.ts';
import { laneSql } from './lane-sql.ts';
import { defineStatement, type Statement } from './statement.ts';

/**
 * Adds up what processes have counted: takes up to `limit` of their rows away and adds them to the minute, the hour and
 * the total of their lane. Resolves to how many those were.
 *
 * Only rows that their process writes no more: it stops half a minute before ({@link recordStats}).
 *
 * One statement: each row is moved exactly once, whoever rolls, and a total with the rows that are not rolled yet never
 * falls. Rows are locked with `skip locked`, so two that roll at once take different ones; what they add to is locked in
 * one order, minutes and hours before totals and each by its key, so they wait for each other and never in a circle.
 */
export const rollStats: Statement<{ readonly limit: number }, number> = defineStatement({
  name: 'bearmq_roll_stats',
  plan: 'anew',
  text: ({ laneStats, laneTotal }) => `
    with page as materialized (
      select s.ctid as place from ${laneStats} s
      where s.process_id <> ${laneSql.nobody} and s.at < pg_catalog.now() - interval '180 seconds'
      order by s.at limit $1::int4 for update skip locked
    ),
    old as materialized (
      delete from ${laneStats} s using page where s.ctid = page.place
      returning s.at, s.channel, s.name, ${laneSql.of('s')}
    ),
    spans as materialized (
      select v.span_secs, v.at, o.channel, o.name, ${laneSql.addedUp('o')}
      from old o cross join lateral (
        values (60, o.at), (3600, pg_catalog.date_bin('1 hour', o.at, 'epoch'::timestamptz))) as v (span_secs, at)
      group by v.span_secs, v.at, o.channel, o.name
    ),
    kept as (
      insert into ${laneStats} as s (span_secs, at, channel, name, process_id, ${laneSql.names})
      select p.span_secs, p.at, p.channel, p.name, ${laneSql.nobody}, ${laneSql.of('p')} from spans p
      order by p.span_secs, p.at, p.channel, p.name
      on conflict (span_secs, at, channel, name, process_id) do update set ${laneSql.addedTo('s')}
      returning 1
    ),
    lanes as materialized (select o.channel, o.name, ${laneSql.addedUp('o')} from old o group by o.channel, o.name),
    totals as (
      insert into ${laneTotal} as t (channel, name, ${laneSql.names})
      select l.channel, l.name, ${laneSql.of('l')} from lanes l
      where (select pg_catalog.count(*) from kept) >= 0
      order by l.channel, l.name
      on conflict (channel, name) do update set ${laneSql.addedTo('t')}
      returning 1
    )
    select (select pg_catalog.count(*) from old)::int4 as o_moved, (select pg_catalog.count(*) from totals)::int4 as o_lanes`,
  encode: ({ limit }) => [limit],
  decode: ([row]) => asNumber(row?.[0]),
});

/** Deletes figures that are kept no longer (minutes for a day, hours for 90 days), up to `limit` rows of each kind. Resolves to the most of a kind. */
export const pruneStats: Statement<{ readonly limit: number }, number> = defineStatement({
  name: 'bearmq_prune_stats',
  plan: 'anew',
  text: ({ laneStats, laneDepth }) => `
    with old as materialized (
      select s.ctid as place from ${laneStats} s
      where s.process_id = ${laneSql.nobody}
        and (s.span_secs = 60 and s.at < pg_catalog.now() - interval '1 day'
          or s.span_secs = 3600 and s.at < pg_catalog.now() - interval '90 days')
      limit $1::int4 for update skip locked
    ),
    figures as (delete from ${laneStats} s using old where s.ctid = old.place returning 1),
    shallow as materialized (
      select d.ctid as place from ${laneDepth} d
      where d.span_secs = 60 and d.at < pg_catalog.now() - interval '1 day'
      limit $1::int4 for update skip locked
    ),
    depths as (delete from ${laneDepth} d using shallow where d.ctid = shallow.place returning 1)
    select greatest((select pg_catalog.count(*) from figures), (select pg_catalog.count(*) from depths))::int4`,
  encode: ({ limit }) => [limit],
  decode: ([row]) => asNumber(row?.[0]),
});
