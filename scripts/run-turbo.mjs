import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The repository's folder. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Runs turbo (which pnpm puts on the PATH) and waits for its end.
 *
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnSyncOptions} options
 */
export function runTurbo(args, options = {}) {
  const quiet = { TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' };
  // Turbo does not count the version of Node among a test's inputs; as a variable it does.
  const env = { ...process.env, ...quiet, BEARMQ_NODE: process.version };
  const done = spawnSync('turbo', ['run', ...args], { cwd: root, stdio: 'inherit', env, ...options });
  if (done.error) throw new Error('turbo could not be started: is this run through pnpm?', { cause: done.error });
  return { ok: done.status === 0, output: `${done.stdout ?? ''}${done.stderr ?? ''}` };
}
