import { rejectionOf } from '@bearmq/test-support';
import { describe, expect, it } from '@jest/globals';
import { useSchema } from '../support/database.ts';

const schema = useSchema();
const LONG = `repeat('x', 256)`;
const ID = 'gen_random_uuid()';
const BINS = 'array_fill(0, array[48])';

/** A table with columns, values that are taken, and by a word each values that are not. */
const TABLES: readonly (readonly [string, string, Readonly<Record<string, string>>])[] = [
  [
    'schedule (job_name, key, rule, next_at)',
    `'N', 'k', '{"cron":"0 5 * * *"}', now()`,
    {
      'no name': `'', 'k', '{"everySecs":1}', now()`,
      'no key': `'N', '', '{"everySecs":1}', now()`,
      'a long key': `'N', ${LONG}, '{"everySecs":1}', now()`,
      'no rule': `'N', 'r', '{}', now()`,
      'a rule that is no object': `'N', 'r', '[1]', now()`,
      'an interval that is none': `'N', 'r', '{"everySecs":"NaN"}', now()`,
      'an interval without end': `'N', 'r', '{"everySecs":"infinity"}', now()`,
      'an interval of nothing': `'N', 'r', '{"everySecs":0}', now()`,
      'no time': `'N', 'r', '{"everySecs":1}', 'infinity'`,
    },
  ],
  [
    'pause (kind, name)',
    `'group', repeat('x', 1024)`,
    {
      'what is not known': `'queue', 'x'`,
      'a name of all': `'everything', 'x'`,
      'no name': `'channel', ''`,
      'a long name': `'name', ${LONG}`,
    },
  ],
  ['job_definition (name, defaults)', `'N', '{}'`, { 'no name': `'', '{}'`, 'a long name': `${LONG}, '{}'` }],
  [
    'unique_key (hash, job_id, until, key)',
    `${ID}, ${ID}, 'deleted', repeat('x', 1024)`,
    {
      'no key': `${ID}, ${ID}, 'started', ''`,
      'a long key': `${ID}, ${ID}, 'started', repeat('x', 1025)`,
      'no such end': `${ID}, ${ID}, 'queued', 'k'`,
    },
  ],
  [
    'job_limit (kind, name, running, max_running, rate_max, rate_secs)',
    `'channel', 'C', 0, 0, 5, 0.5`,
    {
      'what is not known': `'group', 'C', 0, 1, null, null`,
      'no name': `'name', '', 0, 1, null, null`,
      'fewer than none running': `'name', 'N', -1, 1, null, null`,
      'fewer than none allowed': `'name', 'N', 0, -1, null, null`,
      'a rate without a time': `'name', 'N', 0, 1, 5, null`,
      'a rate in no time': `'name', 'N', 0, 1, 5, 0`,
      'a rate in all time': `'name', 'N', 0, 1, 5, 'infinity'`,
      'a rate of nothing': `'name', 'N', 0, 1, 0, 1`,
    },
  ],
  [
    'job_group (name, max_running, weight, rate_max, rate_secs)',
    `'g', 5, 2, 10, 1`,
    {
      'none allowed': `'h', 0, null, null, null`,
      'no weight': `'h', null, 0, null, null`,
      'half a rate': `'h', null, null, null, 1`,
    },
  ],
  [
    'job_turn (job_group, channel, name, turn, due_at)',
    `'g', 'C', 'N', 1, null`,
    {
      'no time': `'g', 'C', 'N', 1, 'infinity'`,
    },
  ],
  [
    'flow (id, nodes, open)',
    `${ID}, 3, 3`,
    { 'more open than there are': `${ID}, 3, 4`, 'fewer than none open': `${ID}, 3, -1` },
  ],
  [
    'flow_node (job_id, flow_id, key, job_name, pending, delay_secs, on_failure)',
    `${ID}, ${ID}, 'k', 'N', 0, 0, 'run'`,
    {
      'no key': `${ID}, ${ID}, '', 'N', 0, 0, 'run'`,
      'waiting for fewer than none': `${ID}, ${ID}, 'k', 'N', -1, 0, 'run'`,
      'an endless delay': `${ID}, ${ID}, 'k', 'N', 0, 'infinity', 'run'`,
      'no such choice': `${ID}, ${ID}, 'k', 'N', 0, 0, 'wait'`,
    },
  ],
  [
    'job_step (job_id, name, kind)',
    `${ID}, 's', 'sleep'`,
    { 'no name': `${ID}, '', 'step'`, 'no such kind': `${ID}, 's', 'nap'` },
  ],
  ['job_signal (job_id, name)', `${ID}, 's'`, { 'no name': `${ID}, ''`, 'a long name': `${ID}, ${LONG}` }],
  [
    'lane_stats (span_secs, at, channel, name, process_id, waits, runs)',
    `60, now(), 'C', 'N', ${ID}, ${BINS}, ${BINS}`,
    { 'other ranges': `60, now(), 'C', 'N', ${ID}, ${BINS}, array[1]` },
  ],
];

describe.each(TABLES)('a row of %s', (table, right, wrong) => {
  it('that is right is taken', async () => {
    await schema.rows(`insert into {s}.${table} values (${right})`);
  });

  it.each(Object.entries(wrong))('is refused with %s', async (_what, values) => {
    const attempt = schema.rows(`insert into {s}.${table} values (${values})`);
    expect(await rejectionOf(attempt)).toMatchObject({ code: '23514' });
  });
});

it('a priority may be any integer, and a claim takes them all', async () => {
  await schema.rows('truncate {s}.pause, {s}.job_limit'); // what is right was taken, and counts
  const sql = `insert into {s}.job (id, name, channel, state, num_attempts, timeout_secs, payload, priority)
    values (gen_random_uuid(), 'N', 'C', 'ready', 1, 0, '1', $1)`;
  for (const priority of [0, -2_147_483_648, 2_147_483_647]) await schema.rows(sql, [priority]);
  const worker = await schema.value(`insert into {s}.process (id, expires_at)
    values (gen_random_uuid(), now() + interval '1 hour') returning id`);
  const claimed = await schema.rows(
    `select o_priority from {s}.claim_v1($1, 0, '{N}', '[{"channels":null,"slots":9,"ahead":0,"maxPerGroup": 1}]', null)
     where o_id is not null`,
    [worker],
  );
  const found = claimed.map((row) => Number(row['o_priority']));
  expect(found.sort((a, b) => b - a)).toEqual([2_147_483_647, 0, -2_147_483_648]);
});
