import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { DEADLINE_MS, until } from '@bearmq/test-support';
import { afterEach } from '@jest/globals';

export const ROOT: string = join(import.meta.dirname, '../..');

/** An example that runs as a program of its own. */
export interface Example {
  /** What it has printed so far, on either stream. */
  output(): string;
  /** Waits until it has printed something `count` times. */
  prints(what: string | RegExp, count?: number): Promise<void>;
  /** Sends a signal, and resolves to the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
  /** Resolves to the exit code of an example that ends by itself. */
  ended(): Promise<number | null>;
}

export interface StartOptions {
  /** The arguments of the program. */
  readonly args?: readonly string[];
  /** Variables beside those of this process. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts examples, and kills those that are still there when the test is over. */
export function useExamples(): (name: string, databaseUrl: string, options?: StartOptions) => Example {
  const children = new Set<ChildProcess>();
  afterEach(() => {
    for (const child of children) child.kill('SIGKILL');
    children.clear();
  });
  return (name, databaseUrl, { args = [], env = {} } = {}) => {
    const child = spawn(process.execPath, [join(ROOT, 'dist', `${name}.js`), ...args], {
      env: { ...process.env, DATABASE_URL: databaseUrl, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.add(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    const exit = new Promise<number | null>((resolve) => child.on('close', (code) => resolve(code)));
    let isOver = false;
    void exit.then(() => {
      isOver = true;
    });
    const ended = async (): Promise<number | null> => {
      await until(
        `${name} ends`,
        () => isOver,
        DEADLINE_MS,
        () => output,
      );
      return await exit;
    };
    return {
      output: () => output,
      prints: async (what, count = 1) => {
        await until(
          `${name} prints ${what}`,
          () => countOf(output, what) >= count,
          DEADLINE_MS,
          () => output,
        );
      },
      stop: async (signal = 'SIGTERM') => {
        child.kill(signal);
        return await ended();
      },
      ended,
    };
  };
}

function countOf(text: string, what: string | RegExp): number {
  return typeof what === 'string' ? text.split(what).length - 1 : (text.match(new RegExp(what, 'g')) ?? []).length;
}
