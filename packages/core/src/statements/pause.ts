import { dateIn } from '../model/job-record.ts';
import { asBoolean, asNullable, asNumber, asText } from '../schema/index.ts';
import { defineStatement, type Statement } from './statement.ts';

/** What is paused, as the table says it. */
export interface PauseKey {
  readonly kind: 'everything' | 'channel' | 'name' | 'group';
  /** Empty for everything. */
  readonly name: string;
}

export interface PauseRow extends PauseKey {
  readonly since: Date | null;
  readonly reason: string | null;
}

/** Pauses something, in two transactions of its own. Resolves to whether it was not paused yet. See `pause_v1`. */
export const pause: Statement<PauseKey & { readonly reason: string | null }, boolean> = defineStatement({
  name: 'bearmq_pause',
  text: ({ fn }) => `call ${fn('pause_v1')}($1::text, $2::text, $3::text, null::boolean)`,
  encode: ({ kind, name, reason }) => [kind, name, reason],
  decode: ([row]) => asBoolean(row?.[0]),
});

/** Ends a pause. Resolves to whether it was paused. See `resume_v1`. */
export const resume: Statement<PauseKey, boolean> = defineStatement({
  name: 'bearmq_resume',
  text: ({ fn }) => `select o_channel::text, o_name::text from ${fn('resume_v1')}($1::text, $2::text)`,
  encode: ({ kind, name }) => [kind, name],
  decode: (rows) => rows.length > 0,
});

/** What is paused, the longest first. */
export const listPauses: Statement<null, readonly PauseRow[]> = defineStatement({
  name: 'bearmq_list_pauses',
  plan: 'anew',
  mayBeRepeated: true,
  text: ({ pause }) => `
    select kind::text, name::text, (extract(epoch from since) * 1000)::float8 as since, reason::text from ${pause}
    order by since, kind, name`,
  encode: () => [],
  decode: (rows) =>
    rows.map(([kind, name, since, reason]) => ({
      kind: asText(kind) as PauseKey['kind'],
      name: asText(name),
      since: dateIn(asNullable(since, asNumber)),
      reason: asNullable(reason, asText),
    })),
});

/** How many jobs of what is paused are claimed. */
export const countRunning: Statement<PauseKey, number> = defineStatement({
  name: 'bearmq_count_running',
  plan: 'anew',
  mayBeRepeated: true,
  text: ({ job }) => `
    select pg_catalog.count(*)::int4 from ${job} where state = 'running' and case $1::text when 'channel' then channel = $2::text
      when 'name' then name = $2::text when 'group' then job_group = $2::text else true end`,
  encode: ({ kind, name }) => [kind, name],
  decode: ([row]) => asNumber(row?.[0]),
});
