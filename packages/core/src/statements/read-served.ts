import type { Served, Serving } from '../model/served.ts';
import { asText } from '../schema/index.ts';
import { defineStatement, type Statement } from './statement.ts';

/** What the processes take whose leases run, and what is paused. */
export const readServed: Statement<null, Served> = defineStatement({
  name: 'bearmq_read_served',
  text: ({ process, pause }) => `
    select coalesce(w.takes, '[]')::text as o_takes, null::text as o_kind, null::text as o_name from ${process} w where w.expires_at >= pg_catalog.now()
    union all
    select null::text, p.kind::text, p.name::text from ${pause} p`,
  encode: () => [],
  decode: (rows) => ({
    processes: rows.flatMap(([takes]) =>
      takes === null ? [] : [{ takes: (JSON.parse(asText(takes)) ?? []) as Serving['takes'] }],
    ),
    pauses: rows.flatMap(([, kind, name]) => (kind === null ? [] : [{ kind: asText(kind), name: asText(name) }])),
  }),
});
