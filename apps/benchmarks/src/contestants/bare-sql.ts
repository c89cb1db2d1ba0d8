import pg from 'pg';
import type { Contestant, Place, Queue, Sent, Working } from '../contestant.ts';
import { now, type Payload } from '../payload.ts';

const BATCH = 500;
const LANES = 2;
const POLL_MS = 100;

const CLAIM = {
  name: 'claim',
  text: `update bare_job set running = true where id = any(array(
      select id from bare_job where not running order by id limit ${BATCH} for update skip locked))
    returning id, payload`,
};
const INSERT_MANY = {
  name: 'insert-many',
  text: 'insert into bare_job (payload) select value from json_array_elements($1::text::json)',
};
const DELETE = { name: 'settle', text: 'delete from bare_job where id = any($1::bigint[])' };

const noQueue = 'a table and two statements are no job queue';

/** What node-postgres and the database do when nothing else does: the ceiling for any queue that is built on them. */
export const bareSql: Contestant = {
  id: 'bare-sql',
  title: 'bare SQL',
  settings: `claim ${BATCH} + delete ${BATCH}, ${LANES} loops on a pg Pool; one insert a call, or one a batch of JSON; durable, no retries`,
  store: 'postgres',
  lacks: {
    groups: noQueue,
    names: noQueue,
    channels: noQueue,
    retries: noQueue,
    slots: noQueue,
    'many-workers': noQueue,
  },
  origin: 'workspace',
  version: async () => {
    const { default: manifest } = await import('pg/package.json', { with: { type: 'json' } });
    return `pg ${manifest.version}`;
  },
  setUp: async ({ url }) => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(`create table bare_job (id bigint generated always as identity primary key,
      running boolean not null default false, payload json not null)`);
    await client.query('create index on bare_job (id) where not running');
    await client.end();
  },
  open,
};

async function open({ url, purpose }: Place): Promise<Queue> {
  const pool = new pg.Pool({ connectionString: url });
  const insert = `insert into bare_job (payload) values ($1)`;
  // Only where somebody waits for it: a notification costs the insert half of its speed.
  const sent: Sent[] = [];
  const text = purpose === 'latency' ? `with i as (${insert}) select pg_notify('bare', '')` : insert;
  return {
    enqueue: ({ payload }) =>
      noted(sent, 'enqueue', () => pool.query({ name: 'insert', text, values: [JSON.stringify(payload)] })),
    enqueueMany: (jobs) => {
      const values = [JSON.stringify(jobs.map(({ payload }) => payload))];
      return noted(sent, 'enqueue', () => pool.query({ ...INSERT_MANY, values }));
    },
    work: (run) => work(pool, url, sent, run),
    sent: () => sent,
    left: async () => {
      const { rows } = await pool.query<{ n: number }>('select count(*)::int as n from bare_job');
      return rows[0]?.n ?? Number.NaN;
    },
    close: () => pool.end(),
  };
}

async function work(pool: pg.Pool, url: string, sent: Sent[], run: (payload: Payload) => unknown): Promise<Working> {
  const listener = new pg.Client({ connectionString: url });
  await listener.connect();
  const waiting = new Set<() => void>();
  const wake = (): void => {
    for (const go of waiting) go();
    waiting.clear();
  };
  listener.on('notification', wake);
  await listener.query('listen bare');
  const stopping = new AbortController();
  const lane = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const { rows } = await noted(sent, 'claim', () => pool.query<{ id: string; payload: Payload }>(CLAIM));
      for (const { payload } of rows) run(payload);
      if (rows.length > 0) await pool.query({ ...DELETE, values: [rows.map(({ id }) => id)] });
      else await pauseUntil(waiting, now() + POLL_MS);
    }
  };
  const lanes = Promise.all(Array.from({ length: LANES }, lane));
  return {
    stop: async () => {
      stopping.abort();
      wake();
      await lanes;
      await listener.end();
    },
  };
}

async function noted<T extends pg.QueryResult>(sent: Sent[], what: Sent['what'], send: () => Promise<T>): Promise<T> {
  const at = now();
  const result = await send();
  sent.push({ what, at, answeredAt: now(), jobs: result.rows.length });
  return result;
}

/** Until somebody calls what is put into `waiting`, or the time has come. */
async function pauseUntil(waiting: Set<() => void>, time: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await new Promise<void>((resolve) => {
    waiting.add(resolve);
    timer = setTimeout(resolve, time - now());
  });
  clearTimeout(timer);
}
