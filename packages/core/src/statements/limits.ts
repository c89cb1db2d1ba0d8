import type { SqlRow } from '../driver/index.ts';
import type { LimitOrigin, Limits } from '../model/job-limits.ts';
import type { Rate } from '../model/rate.ts';
import { asBoolean, asNullable, asNumber, asText } from '../schema/index.ts';
import { defineStatement, type Statement } from './statement.ts';

/** Who is limited, as the database has it: all jobs of a channel, all of a name, or those of a group. */
export interface StoredTarget {
  readonly kind: 'channel' | 'name' | 'group';
  readonly name: string;
}

export interface LaneLimits {
  readonly kind: 'channel' | 'name';
  readonly name: string;
  readonly origin: LimitOrigin;
  /** `null`: none. */
  readonly limits: Limits | null;
}

/**
 * Sets the limits of a channel or a name. Resolves to whether they were written: those of a definition are not where a
 * call of the API has set others. Claims under way are waited for, and refused with `55P03` when they take too long: to be
 * sent again. Groups that may do more from then on are opened by {@link reopenTurns}. See `set_limit_v1`.
 */
export const setLaneLimits: Statement<LaneLimits, boolean> = defineStatement({
  name: 'bearmq_set_limit',
  text: ({ fn }) => `
    select ${fn('set_limit_v1')}($1::text, $2::text, $3::text, $4::int4, $5::int4, $6::float8, $7::int4, $8::int4,
      $9::float8)::bool`,
  encode: ({ kind, name, origin, limits }) => {
    const { concurrency = null, rateLimit, groupConcurrency = null, groupRateLimit } = limits ?? {};
    return [kind, name, origin, concurrency, ...rated(rateLimit), groupConcurrency, ...rated(groupRateLimit)];
  },
  decode: ([row]) => asBoolean(row?.[0]),
});

/** Sets what a group may do by itself; `null`: nothing of its own. See `set_group_v1`. */
export const setGroupLimits: Statement<{ readonly name: string; readonly limits: Limits | null }, void> =
  defineStatement({
    name: 'bearmq_set_group',
    text: ({ fn }) => `
      select o_channel::text, o_name::text from ${fn('set_group_v1')}($1::text, $2::int4, $3::int4, $4::int4, $5::float8)`,
    encode: ({ name, limits }) => {
      const { groupConcurrency = null, weight = null, groupRateLimit } = limits ?? {};
      return [name, groupConcurrency, weight, ...rated(groupRateLimit)];
    },
    decode: () => undefined,
  });

/**
 * Lets groups start what they may by now, some of them at a time: those after the one that is named. Resolves to the last
 * one that it looked at, `null` at the end. See `reopen_turns_v1`.
 */
export const reopenTurns: Statement<{ readonly after: string; readonly limit: number }, string | null> =
  defineStatement({
    name: 'bearmq_reopen_turns',
    mayBeRepeated: true,
    text: ({ fn }) => `select ${fn('reopen_turns_v1')}($1::text, $2::int4)::text`,
    encode: ({ after, limit }) => [after, limit],
    decode: ([row]) => asNullable(row?.[0], asText),
  });

/** What is said of one target, and who said it. */
export interface StoredLimits extends StoredTarget {
  readonly origin: LimitOrigin;
  readonly limits: Limits;
}

/** A lane's row stays while its jobs run, and a group's while it has any: those without a limit are not told of. */
export const getLimits: Statement<StoredTarget, StoredLimits | null> = defineStatement({
  name: 'bearmq_get_limits',
  text: ({ jobLimit, jobGroup }) => `
    select kind::text, name::text, origin::text, max_running::int4, rate_max::int4, rate_secs::float8,
      group_max_running::int4, group_rate_max::int4, group_rate_secs::float8, null::int4
    from ${jobLimit}
    where kind = $1::text and name = $2::text
      and pg_catalog.num_nonnulls(max_running, rate_max, group_max_running, group_rate_max) > 0
    union all
    select 'group'::text, name::text, 'api'::text, null::int4, null::int4, null::float8,
      max_running::int4, rate_max::int4, rate_secs::float8, weight::int4
    from ${jobGroup}
    where $1::text = 'group' and name = $2::text and pg_catalog.num_nonnulls(max_running, weight, rate_max) > 0`,
  encode: ({ kind, name }) => [kind, name],
  decode: ([row]) => (row === undefined ? null : decodeLimits(row)),
});

/** So many of all limits after a target, in the order of kinds and names. Groups come after channels, and before names. */
export const listLimits: Statement<
  { readonly limit: number; readonly after: StoredTarget | undefined },
  readonly StoredLimits[]
> = defineStatement({
  name: 'bearmq_list_limits',
  plan: 'anew', // of many groups few have limits, and there is an index of those
  text: ({ jobLimit, jobGroup }) => `
    select * from (
      (select kind::text, name::text, origin::text, max_running::int4, rate_max::int4, rate_secs::float8,
        group_max_running::int4, group_rate_max::int4, group_rate_secs::float8, null::int4
      from ${jobLimit}
      where (kind, name) > ($2::text, $3::text)
        and pg_catalog.num_nonnulls(max_running, rate_max, group_max_running, group_rate_max) > 0
      order by kind, name limit $1::int4)
      union all
      (select 'group'::text, name::text, 'api'::text, null::int4, null::int4, null::float8,
        max_running::int4, rate_max::int4, rate_secs::float8, weight::int4
      from ${jobGroup}
      where name > $4::text and (max_running is not null or weight is not null or rate_max is not null)
      order by name limit $1::int4)
    ) as l (kind, name, origin, running, max, secs, of_group, group_max, group_secs, weight)
    order by l.kind collate "C", l.name collate "C" limit $1::int4`,
  encode: ({ limit, after }) => {
    const { kind = '', name = '' } = after ?? {};
    return [limit, kind, name, kind === 'group' ? name : kind < 'group' ? '' : null];
  },
  decode: (rows) => rows.map(decodeLimits),
});

function rated(rate: Rate | undefined): readonly [number | null, number | null] {
  return rate === undefined ? [null, null] : [rate.max, rate.perSecs];
}

function decodeLimits([
  kind,
  name,
  origin,
  running,
  max,
  secs,
  ofGroup,
  groupMax,
  groupSecs,
  weight,
]: SqlRow): StoredLimits {
  const limits = {
    concurrency: asNullable(running, asNumber),
    rateLimit: rateOf(max, secs),
    groupConcurrency: asNullable(ofGroup, asNumber),
    groupRateLimit: rateOf(groupMax, groupSecs),
    weight: asNullable(weight, asNumber),
  };
  return {
    kind: asText(kind) as StoredTarget['kind'],
    name: asText(name),
    origin: asText(origin) as LimitOrigin,
    limits: Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== null)),
  };
}

function rateOf(max: SqlRow[number] | undefined, secs: SqlRow[number] | undefined): Rate | null {
  const [most, perSecs] = [asNullable(max, asNumber), asNullable(secs, asNumber)];
  return most === null || perSecs === null ? null : { max: most, perSecs };
}
