import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { soon } from '@bearmq/test-support';
import { afterAll } from '@jest/globals';

const PROCESS = fileURLToPath(new URL('./fixtures/rival-process.mjs', import.meta.url));

/** A queue of others, with its producer and its worker, in a process of its own. */
export interface Rival {
  /** The numbers of the jobs that it has run, in order. */
  readonly ran: readonly number[];
  /** Adds a job for each number, to its queue `numbers`. */
  add(numbers: readonly number[], delaySecs?: number): Promise<void>;
  /** Calls a method of what it is administered by. */
  call(method: string, ...args: readonly unknown[]): Promise<void>;
  work(): Promise<void>;
  /** Has its worker end what it runs, and start no more. */
  stop(): Promise<void>;
  kill(): Promise<void>;
}

interface Message {
  readonly isReady?: true;
  readonly ran?: number;
  readonly id?: number;
  readonly error?: string;
}

/** @param address of the database, or the port of Redis. */
export async function startRival(system: string, address: string): Promise<Rival> {
  const child = fork(PROCESS, [system, address], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
  });
  const ran: number[] = [];
  const calls = new Map<number, (error: string | undefined) => void>();
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  children.add(kill);
  const ready = new Promise<void>((resolve, reject) => {
    child.on('message', (message: Message) => {
      if (message.isReady === true) resolve();
      if (message.ran !== undefined) ran.push(message.ran);
      if (message.id !== undefined) calls.get(message.id)?.(message.error);
    });
    void ended.then(() => reject(new Error(`${system} ended: ${said}`)));
  });
  await soon(`${system} is ready`, ready);
  let ids = 0;
  const send = async (method: string, ...args: readonly unknown[]): Promise<void> => {
    ids += 1;
    const id = ids;
    const answer = new Promise<void>((resolve, reject) => {
      calls.set(id, (error) => (error === undefined ? resolve() : reject(new Error(error))));
      void ended.then(() => reject(new Error(`${system} ended: ${said}`)));
    });
    child.send({ id, method, args });
    await soon(`${system} answers to ${method}`, answer);
  };
  return {
    ran,
    add: (numbers, delaySecs = 0) => send('add', numbers, delaySecs),
    call: (method, ...args) => send('call', method, ...args),
    work: () => send('work'),
    stop: () => send('stop'),
    kill,
  };
}

const children = new Set<() => Promise<void>>();

/** Ends the processes of a file when it is done. */
export function endRivals(): void {
  afterAll(async () => {
    await Promise.all([...children].map((kill) => kill()));
    children.clear();
  });
}
