import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach } from '@jest/globals';
import type { ContextSettings, WorkerOptions } from 'bearmq';
import { until } from './until.ts';
import { DRIVER, type DriverName, wayTo } from './way.ts';

/** What the fixture `worker-process.mjs` is told. */
export interface ChildOptions {
  readonly settings?: ContextSettings;
  readonly worker?: Omit<WorkerOptions, 'context'>;
  /** @defaultValue that of the schema */
  readonly url?: string;
  /** @defaultValue the suite's */
  readonly driver?: DriverName;
  /** The limit of its heap, in megabytes. */
  readonly heapMb?: number;
  /** Names to register; the payload of a job says what it does. */
  readonly names: readonly string[];
}

/** What a job of the fixture does, as its payload says. */
export type ChildTask =
  | { readonly does: 'finish' }
  | { readonly does: 'hang' }
  /** Ends its process at once. */
  | { readonly does: 'die' }
  /** Keeps the event loop busy, at once or after a while, and then finishes. */
  | { readonly does: 'block'; readonly secs: number; readonly afterMs?: number }
  /** Keeps the event loop busy, then waits until its signal is aborted, and tells why. */
  | { readonly does: 'block-and-listen'; readonly secs: number };

export interface ChildMessage {
  readonly kind: 'started' | 'run' | 'finished' | 'aborted' | 'event';
  readonly jobId?: string;
  readonly attempt?: number;
  /** The event's type, or the abort reason's name. */
  readonly name?: string;
}

/** A worker in a process of its own. */
export interface Child {
  readonly messages: readonly ChildMessage[];
  /** Resolves to the first message that fits. */
  told(what: Partial<ChildMessage>): Promise<ChildMessage>;
  readonly hasEnded: boolean;
  /** `SIGKILL`: no goodbye. Resolves when the process is gone. */
  kill(): Promise<void>;
}

const FIXTURE = fileURLToPath(new URL('./fixtures/worker-process.mjs', import.meta.url));

/** Starts worker processes that are killed when the test is over, however it ends. */
export function useChildren(schema: {
  readonly name: string;
  readonly url: string;
}): (options: ChildOptions) => Promise<Child> {
  const running: Child[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map((child) => child.kill()));
  });
  return async ({ settings = {}, worker = {}, url = schema.url, driver = DRIVER, heapMb, names }) => {
    const config = { way: wayTo(url, driver), schema: schema.name, settings, worker, names };
    const child = asChild(
      fork(FIXTURE, [JSON.stringify(config)], {
        execArgv: heapMb === undefined ? [] : [`--max-old-space-size=${heapMb}`],
        env: { PATH: process.env['PATH'] },
      }),
    );
    running.push(child);
    await child.told({ kind: 'started' });
    return child;
  };
}

function asChild(process: ChildProcess): Child {
  const messages: ChildMessage[] = [];
  process.on('message', (message) => messages.push(message as ChildMessage));
  const ended = once(process, 'exit');
  return {
    messages,
    get hasEnded() {
      return process.exitCode !== null || process.signalCode !== null;
    },
    told: (what) =>
      until(`the child tells ${JSON.stringify(what)}`, () => {
        if (process.exitCode !== null) throw new Error(`the child ended with ${process.exitCode}`);
        return messages.find((message) =>
          Object.entries(what).every(([key, value]) => Reflect.get(message, key) === value),
        );
      }),
    kill: async () => {
      if (process.exitCode !== null || process.signalCode !== null) return;
      process.kill('SIGKILL');
      await ended;
    },
  };
}
