import type pg from 'pg';

/** A row as SQL: what to put in which column. */
type Row = Readonly<Record<string, string>>;

const text = (length: number): string => `repeat('x', ${length})`;
/** Letters that no index entry can compress. */
const noise = (length: number): string =>
  `(select left(string_agg(encode(sha256(n::text::bytea), 'hex'), ''), ${length}) from generate_series(1, 200) n)`;

/** What each type can hold and nobody expects. */
const HOSTILE: Readonly<Record<string, readonly string[]>> = {
  bool: ['true', 'false'],
  int2: ['32767', '-32768'],
  int4: ['2147483647', '-2147483648', '-1', '0'],
  int8: ['9223372036854775807', '-9223372036854775808', '0'],
  float8: [`'NaN'`, `'infinity'`, `'-infinity'`, '1e300', '-1e300', '1e-300', '-1', '0', '3153600000'],
  text: [`''`, text(10_000), noise(255), noise(2_600)],
  jsonb: [`'null'`, `'{}'`, `'[1, [2]]'`, `'[{"error": {"error": []}}]'`],
  timestamptz: [`'infinity'`, `'-infinity'`, `'294276-12-31 23:59:59+00'`, `'4713-01-02 00:00:00+00 BC'`],
  json: [
    `'null'`,
    `'{"everySecs":"NaN"}'`,
    `'{"everySecs":"infinity"}'`,
    `'{"everySecs":[]}'`,
    `'{"cron":1}'`,
    `'{"headers":1}'`,
    `(repeat('[', 3000) || repeat(']', 3000))::json`,
    `'{"a":1,"a":1e999,"__proto__":"\\ud800"}'`,
  ],
};

const job: Row = {
  id: 'gen_random_uuid()',
  state: `'ready'`,
  name: `'HOSTILE'`,
  channel: `'DEFAULT'`,
  num_attempts: '2',
  timeout_secs: '0',
  payload: `'1'`,
};
const dead: Row = { state: `'running'`, process_id: `'00000000-0000-4000-8000-00000000dead'`, started: 'true' };
const due: Row = { state: `'scheduled'`, run_at: `now() - interval '1 second'` };
const EVERY_SECOND = `'{"everySecs":1}'`;
const grouped: Row = { job_group: `'HOSTILE'` };

/**
 * Of one that is large enough, no client can make a string. Here a little beyond the limit (64 MiB, and what a
 * job that tells of a failure may have around that): the server looks at it for a second.
 */
const tooLarge = `('"' || ${text(64 * 1024 * 1024 + 128 * 1024)} || '"')::json`;

/** More of them than any client would put in. */
const tooManyHeaders = `json_build_object('headers', json_build_object('a', ${noise(12_000)} || ${text(100_000)}))`;

/** What is inserted, one column after the other changed for the worse. */
const ROWS: Readonly<Record<string, readonly Row[]>> = {
  job: [
    job,
    { ...job, ...grouped },
    { ...job, ...grouped, state: `'blocked'` },
    { ...job, ...due },
    { ...job, ...due, ...grouped },
    { ...job, ...dead },
    { ...job, ...dead, attempt: '1', ...grouped, group_epoch: '0' },
  ],
  finalized_job: [
    {
      ...{ id: 'gen_random_uuid()', seq: '1', enqueued_at: 'now()', timeout_secs: '0', outcome: `'failed'` },
      ...{ attempt: '1', num_attempts: '1', fence: '1', priority: '0', name: `'N'`, channel: `'C'`, payload: `'1'` },
    },
  ],
  job_group: [
    { name: 'gen_random_uuid()', running: '1', locked_at: `now() - interval '1 day'` },
    { name: `'HOSTILE'`, running: '0' },
  ],
  job_turn: [
    { job_group: `'HOSTILE'`, channel: `'C'`, name: `'N'`, turn: '1' },
    { job_group: 'gen_random_uuid()', channel: `'C'`, name: `'N'`, turn: '1', open: 'false', due_at: 'now()' },
  ],
  job_limit: [{ kind: `'name'`, name: 'gen_random_uuid()', max_running: '1', rate_max: '1', rate_secs: '1' }],
  process: [{ id: 'gen_random_uuid()', expires_at: `now() - interval '1 hour'`, session_key: '1' }],
  schedule: [
    { job_name: 'gen_random_uuid()', rule: EVERY_SECOND },
    { job_name: `'HOSTILE_TICK'`, rule: EVERY_SECOND, last_at: 'now()' },
  ],
  unique_key: [{ hash: 'gen_random_uuid()', job_id: 'gen_random_uuid()', until: `'finished'`, key: `'k'` }],
  job_definition: [{ name: 'gen_random_uuid()', defaults: `'{}'` }],
  pause: [{ kind: `'name'`, name: 'gen_random_uuid()' }],
};

/** The tables of which there are rows here. */
export const TABLES: readonly string[] = Object.keys(ROWS);

const valuesOf = (row: Row, name: string, type: string): readonly string[] => {
  const values = HOSTILE[type] ?? [];
  if (row !== job) return values;
  return name === 'payload' ? [...values, tooLarge] : name === 'extras' ? [...values, tooManyHeaders] : values;
};

/**
 * Inserts each row with each value in each column that the role may set, and lets the server refuse what it does.
 *
 * @returns what was taken, for messages
 */
export async function insertHostileRows(
  client: pg.ClientBase | pg.Pool,
  schema: string,
  columns: readonly { readonly table: string; readonly name: string; readonly type: string }[],
): Promise<string[]> {
  const taken: string[] = [];
  for (const { table, name, type } of columns) {
    for (const row of ROWS[table] ?? []) {
      for (const value of valuesOf(row, name, type)) {
        const changed = { ...row, [name]: value };
        const names = Object.keys(changed).join(', ');
        const values = Object.values(changed).join(', ');
        const insert = `insert into ${schema}.${table} (${names}) overriding system value values (${values})`;
        try {
          await client.query(insert);
          taken.push(`${table}.${name} = ${value.slice(0, 60)}`);
        } catch (error) {
          // Of a constraint, an index or a type (classes 22, 23 and 54), and for want of a right: never anything else.
          if (!/^(22|23|54|42501)/.test((error as pg.DatabaseError).code ?? '')) throw error;
        }
      }
    }
  }
  return taken;
}
