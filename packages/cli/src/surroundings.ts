import { statSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

/** Where text goes. */
export interface TextOutput {
  write(text: string): unknown;
  /** Whether a person reads it: then it may have colours and be redrawn. */
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/** Where text comes from. */
export interface TextInput extends AsyncIterable<Uint8Array | string> {
  readonly isTTY?: boolean | undefined;
}

/** All that the command knows of where it runs: a test gives its own. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /**
   * Enters the variables of the file `.env` of this folder into `env`, but for those that are set. Left out: none is read.
   *
   * @throws what reading a file throws; not where there is no such file.
   */
  readonly loadEnvFile?: () => void;
  readonly cwd: string;
  readonly stdin: TextInput;
  readonly stdout: TextOutput;
  readonly stderr: TextOutput;
  /** Calls `handler` when the command is asked to end (SIGINT, SIGTERM). Returns a function that ends that. */
  readonly onStopSignal: (handler: () => void) => () => void;
}

/** Those of this process. */
export function ownSurroundings(): Surroundings {
  return {
    env: process.env,
    loadEnvFile: () => {
      const file = join(process.cwd(), '.env');
      // Some have a folder of that name, such as Python's.
      if (statSync(file, { throwIfNoEntry: false })?.isFile() === true) process.loadEnvFile(file);
    },
    cwd: process.cwd(),
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    onStopSignal: (handler) => {
      const signals = ['SIGINT', 'SIGTERM'] as const;
      for (const signal of signals) process.on(signal, handler);
      return () => {
        for (const signal of signals) process.removeListener(signal, handler);
      };
    },
  };
}
