import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const DEADLINE_MS = 60_000;

/** The built demo, running as a program of its own. */
export interface Demo {
  readonly process: ChildProcess;
  /** What it has printed so far. */
  readonly out: () => string;
  readonly err: () => string;
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
  /** Resolves to the match as soon as its standard output has one. */
  waitFor(pattern: RegExp): Promise<RegExpExecArray>;
}

/** Starts the demo with no more of our surroundings than it needs, and its temporary files in `tmpdir`. */
export function startDemo(args: readonly string[], tmpdir: string, env: NodeJS.ProcessEnv = {}): Demo {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], TMPDIR: tmpdir, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { out: '', err: '' };
  const listeners = new Set<() => void>();
  const hear = (stream: 'out' | 'err', text: string): void => {
    said[stream] += text;
    for (const check of listeners) check();
  };
  child.stdout.setEncoding('utf8').on('data', (text: string) => hear('out', text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => hear('err', text));
  const closed = new Promise<number | string>((resolve) => {
    child.on('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  });
  const deadline = setTimeout(() => child.kill('SIGKILL'), DEADLINE_MS);
  const ended = closed.finally(() => clearTimeout(deadline));
  return {
    process: child,
    out: () => said.out,
    err: () => said.err,
    ended,
    waitFor: (pattern) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          const match = pattern.exec(said.out);
          if (match === null) return;
          listeners.delete(check);
          resolve(match);
        };
        listeners.add(check);
        check();
        void ended.then((code) =>
          reject(new Error(`the demo ended with ${code} before it printed ${pattern}: ${said.out}\n${said.err}`)),
        );
      }),
  };
}

/** The columns of a row of the table of jobs. */
export function jobRow(out: string, name: string): readonly string[] {
  const row = out.split('\n').find((line) => line.startsWith(`  ${name} `) && !line.includes('failed for good'));
  if (row === undefined) throw new Error(`no row for ${name} in:\n${out}`);
  return row.trim().split(/\s{2,}/);
}
