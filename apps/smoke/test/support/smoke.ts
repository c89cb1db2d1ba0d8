import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { basename, join } from 'node:path';

/** What the programs are to run on: `BEARMQ_SMOKE_RUNTIME` is the path of `bun` or `deno`; Node.js unless given. */
const runtime = process.env['BEARMQ_SMOKE_RUNTIME'] || process.execPath;

export const expectedRuntime: string = ['bun', 'deno'].find((name) => basename(runtime).startsWith(name)) ?? 'node';

const PROGRAMS = join(import.meta.dirname, '../../dist');
const TESTS_ON_BUN = join(import.meta.dirname, '../../../../packages/integration-tests');
const DEADLINE_MS = 120_000;

/** What became of the program; one that does not end is killed, and has no code. */
export interface Outcome {
  readonly code: number | null;
  readonly lines: readonly string[];
  readonly errors: string;
}

/** A program, and what it has said so far. */
export interface Running {
  readonly child: ChildProcess;
  readonly said: { readonly output: string; readonly errors: string };
  /** Its exit code, once it has ended. */
  readonly closed: Promise<number | null>;
}

/** Runs all checks on one client. */
export async function runSmoke(client: string, url: string): Promise<Outcome> {
  return await runProgram('main', url, [client]);
}

/** Runs a program of this package. */
export async function runProgram(name: string, url: string, args: readonly string[] = []): Promise<Outcome> {
  return await outcomeOf(startProgram(name, url, args));
}

/** A program of this package that has been started; it is killed after two minutes. */
export function startProgram(name: string, url: string, args: readonly string[] = []): Running {
  const program = join(PROGRAMS, `${name}.js`);
  const start = expectedRuntime === 'deno' ? ['run', '--allow-all', program] : [program];
  return run([...start, ...args], { DATABASE_URL: url, DENO_NO_UPDATE_CHECK: '1' });
}

/** Has Bun run the integration tests that are about Bun alone; the database is that of the tests here. */
export async function runTestsOnBun(file: string): Promise<Outcome> {
  return await outcomeOf(run(['test', `./test/on-bun/${file}`], {}, TESTS_ON_BUN));
}

/** Waits until the program has ended. */
export async function outcomeOf({ closed, said }: Running): Promise<Outcome> {
  const code = await closed;
  return { code, lines: said.output.trimEnd().split('\n'), errors: said.errors };
}

function run(args: readonly string[], env: Readonly<Record<string, string>>, cwd?: string): Running {
  const child = spawn(runtime, args, {
    env: { ...process.env, ...env },
    ...(cwd === undefined ? {} : { cwd }),
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: DEADLINE_MS,
    killSignal: 'SIGKILL',
  });
  const said = { output: '', errors: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.errors += text;
  });
  const closed = once(child, 'close').then(([code]) => code as number | null);
  return { child, said, closed };
}
