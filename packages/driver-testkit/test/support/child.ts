import { spawn } from 'node:child_process';
import { ROOT } from './package-root.ts';

/** How a child process ended, and what it printed on either stream. */
export interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/** Longer than any of them takes on a busy machine; a runner that hangs is ended by it. */
const DEADLINE_MS = 90_000;

/** Runs Node.js in the folder of this package, without this run's own settings, and waits for its end. */
export async function runNode(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Ended> {
  const { JEST_WORKER_ID: _id, NODE_OPTIONS: _options, FORCE_COLOR: _color, ...inherited } = process.env;
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: { ...inherited, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: DEADLINE_MS,
    killSignal: 'SIGKILL',
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  return { code, output };
}
