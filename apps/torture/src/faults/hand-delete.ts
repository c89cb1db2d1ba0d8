import type pg from 'pg';
import { QUOTED_SCHEMA } from '../settings.ts';
import type { Fault } from './fault.ts';
import { startLongJobs } from './long-jobs.ts';

/** Jobs that are running when it strikes, and how long they take. */
const [LONG_JOBS, LONG_MS] = [4, 1_500];

/** Which job of the queue is deleted: conditions on `j`. */
const VICTIMS: Readonly<Record<string, string>> = {
  'running in a group': `state = 'running' and job_group is not null`,
  running: `state = 'running'`,
  'at the head of a busy group': `state in ('ready', 'blocked') and job_group in (
      select r.job_group from ${QUOTED_SCHEMA}.job r where r.state = 'running')
    and seq = (select min(h.seq) from ${QUOTED_SCHEMA}.job h
      where h.job_group = j.job_group and h.state in ('ready', 'blocked'))`,
  waiting: `state <> 'running'`,
};

/** As an operator does who has no other way to be rid of a job. The witness notes what was deleted. */
export const handDelete: Fault = {
  name: 'hand-delete',
  about: 'jobs are deleted by hand-written SQL: running ones, heads of busy groups, others that wait',
  strike: async (world) => {
    await startLongJobs(world, new Array<number>(LONG_JOBS).fill(LONG_MS));
    return await world.asAdmin(async (client) => {
      const done: string[] = [];
      for (const [which, condition] of Object.entries(VICTIMS))
        done.push(`${which}: ${await remove(client, condition)}`);
      return done.join(', ');
    });
  },
};

/** Deletes one of those that fit; returns its id. */
async function remove(client: pg.Client, condition: string): Promise<string> {
  const { rows } = await client.query<{ id: string }>(
    `delete from ${QUOTED_SCHEMA}.job where id = (
      select j.id from ${QUOTED_SCHEMA}.job j where ${condition} order by random() limit 1) returning id`,
  );
  return rows[0]?.id ?? 'none';
}
