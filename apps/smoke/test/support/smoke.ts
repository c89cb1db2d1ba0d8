import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { basename, join } from 'node:path';

/** What the program is to run on: `BEARMQ_SMOKE_RUNTIME` is the path of `bun` or `deno`; Node.js unless given. */
const runtime = process.env['BEARMQ_SMOKE_RUNTIME'] || process.execPath;

export const expectedRuntime: string = ['bun', 'deno'].find((name) => basename(runtime).startsWith(name)) ?? 'node';

const PROGRAM = join(import.meta.dirname, '../../dist/main.js');
const DEADLINE_MS = 120_000;

/** What became of the program; one that does not end is killed, and has no code. */
export interface Outcome {
  readonly code: number | null;
  readonly lines: readonly string[];
  readonly errors: string;
}

export async function runSmoke(client: string, url: string): Promise<Outcome> {
  const args = expectedRuntime === 'deno' ? ['run', '--allow-all', PROGRAM] : [PROGRAM];
  const child = spawn(runtime, [...args, client], {
    env: { ...process.env, DATABASE_URL: url, DENO_NO_UPDATE_CHECK: '1' },
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
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, lines: said.output.trimEnd().split('\n'), errors: said.errors };
}
