import type { SqlSession } from '@bearmq/core/driver';
import {
  findStranded,
  fireTicks,
  listSchedules,
  type NewJob,
  pauseSchedule,
  putSchedules,
  readDueSchedules,
  readSchedules,
  removeSchedule,
  resumeSchedule,
} from '@bearmq/core/internal';
import type { Tables } from '@bearmq/core/schema';

/** Every statement about schedules. */
export async function keepSchedules(session: SqlSession, tables: Tables, one: NewJob): Promise<void> {
  const named = { jobName: one.name, key: 'k' };
  const entry = {
    ...named,
    id: null,
    revision: 0,
    origin: 'api',
    ruleText: '{"everySecs":60}',
    payloadText: '1',
  } as const;
  await putSchedules(session, tables, { changes: [{ ...entry, nextAtMs: 0 }], gone: [] });
  const { rows } = await readSchedules(session, tables, { jobName: 'A', keys: ['k'] });
  const { id = '', revision = 0 } = rows[0] ?? {};
  await putSchedules(session, tables, { changes: [{ ...entry, id, revision, nextAtMs: 0 }], gone: [] });
  await readDueSchedules(session, tables, { names: ['A'], withPayloads: [], declared: [], after: null, limit: 1 });
  const { payloadText: _, ...made } = one;
  const times = { lastAtMs: 0, nextAtMs: 60_000 };
  await fireTicks(session, tables, [{ id, revision: revision + 1, ...times, overlap: 'skip', jobs: [made] }]);
  await findStranded(session, tables, { names: [], lateSecs: 300 });
  await listSchedules(session, tables, { jobName: null, after: ['', ''], limit: 1 });
  await pauseSchedule(session, tables, named);
  await resumeSchedule(session, tables, { id, revision: revision + 3, nextAtMs: 0 });
  await removeSchedule(session, tables, named);
}
