import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Context } from 'bearmq';
import type { Client, ClientName } from './client.ts';
import { openClient } from './clients.ts';
import { errand } from './errand.ts';
import { commandFor } from './runtime.ts';

/** What the checks work with. */
export interface Bench {
  readonly client: Client;
  readonly schema: string;
  readonly context: Context;
  readonly errand: typeof errand;
  /** How the attempts of a kind of job ended so far. */
  outcomes(jobName: string): readonly ('SUCCESS' | 'ERROR')[];
  /** Takes a context's warnings and failures for trouble, as those of `context` are. */
  watch(context: Context): void;
  count(table: string, condition?: string): Promise<number>;
  /** Lets a process of its own enqueue an errand, and resolves to its pid when it has ended. */
  enqueueElsewhere(): Promise<number>;
  /** Warnings, and failures in the background: there should be none. */
  readonly troubles: readonly unknown[];
  /** Leaves nothing in the database, and disconnects. */
  close(): Promise<void>;
}

export async function openBench(name: ClientName, url: string, schema: string): Promise<Bench> {
  const client = await openClient(name, url, schema);
  const context = client.newContext();
  const ends: { jobName: string; outcome: 'SUCCESS' | 'ERROR' }[] = [];
  const troubles: unknown[] = [];
  const watch: Bench['watch'] = (watched) => {
    watched.addEventHandler((event) => {
      switch (event.eventType) {
        case 'WORKER_JOB_RUN_SUCCESS':
          ends.push({ jobName: event.jobName, outcome: 'SUCCESS' });
          break;
        case 'WORKER_JOB_RUN_ERROR':
          ends.push({ jobName: event.jobName, outcome: 'ERROR' });
          break;
        case 'DAEMON_ERROR':
        case 'WARNING':
        case 'EVENT_HANDLER_ERROR':
          troubles.push(event);
          break;
        default:
      }
    });
  };
  watch(context);
  return {
    client,
    schema,
    context,
    errand,
    outcomes: (jobName) => ends.filter((end) => end.jobName === jobName).map(({ outcome }) => outcome),
    watch,
    count: async (table, condition = 'true') => {
      const rows = await client.rows(`select count(*)::int4 as n from "${schema}".${table} where ${condition}`);
      return Number(rows[0]?.['n']);
    },
    enqueueElsewhere: async () => {
      const { command, args } = commandFor('enqueue-errand');
      const child = spawn(command, [...args, name, url, schema], { stdio: ['ignore', 'inherit', 'inherit'] });
      const [code] = await once(child, 'exit');
      if (code !== 0) throw new Error(`the other process ended with ${code}`);
      return Number(child.pid);
    },
    troubles,
    close: async () => {
      await client.rows(`drop schema if exists "${schema}" cascade`);
      await client.end();
    },
  };
}
