import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { afterEach } from '@jest/globals';
import { until } from '../../support/until.ts';

/** The command as a process of its own. */
export interface Bin {
  readonly out: () => string;
  readonly err: () => string;
  readonly process: ChildProcess;
  /** Resolves to its exit code. */
  readonly exit: Promise<number | null>;
  /** Resolves once that was written, on standard output or error. */
  wrote(text: string): Promise<void>;
}

/** What `npx bearmq` runs. */
export const BIN: string = join(dirname(createRequire(import.meta.url).resolve('bearmq/package.json')), 'dist/bin.js');

/** Starts the command, as {@link usePrograms} does. */
export function useBin(): (argv: readonly string[], env?: NodeJS.ProcessEnv, cwd?: string) => Bin {
  const start = usePrograms();
  return (argv, env, cwd) => start([BIN, ...argv], env, cwd);
}

/** Starts programs of Node.js in processes that are killed when the test is over, however it ends. */
export function usePrograms(): (argv: readonly string[], env?: NodeJS.ProcessEnv, cwd?: string) => Bin {
  const running: Bin[] = [];
  afterEach(async () => {
    for (const { process, exit } of running.splice(0)) {
      process.kill('SIGKILL');
      await exit;
    }
  });
  return (argv, env = {}, cwd = import.meta.dirname) => {
    const child = spawn(process.execPath, argv, { cwd, env: { PATH: process.env['PATH'], ...env } });
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    const bin: Bin = {
      out: () => out,
      err: () => err,
      process: child,
      exit: once(child, 'close').then(([code]) => code as number | null),
      wrote: async (text) => {
        await until(
          `the command writes ${JSON.stringify(text)}`,
          () => {
            if (child.exitCode !== null) throw new Error(`the command ended with ${child.exitCode}: ${out}${err}`);
            return out.includes(text) || err.includes(text);
          },
          undefined,
          () => `${out}${err}`,
        );
      },
    };
    running.push(bin);
    return bin;
  };
}
