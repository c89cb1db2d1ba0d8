import { execFileSync, spawn } from 'node:child_process';

/** The Node.js that all peers run on, as npm's `node` package has it. */
const NEWER = '22.23.3';

/** Whether the running Node.js is at least this version. */
export function nodeIsAtLeast([major, minor]: readonly [number, number]): boolean {
  const [ownMajor = 0, ownMinor = 0] = process.versions.node.split('.').map(Number);
  return ownMajor > major || (ownMajor === major && ownMinor >= minor);
}

/** Runs this program again under a newer Node.js with the same arguments and more, and resolves to its exit code. */
export async function runUnderNewerNode(script: string, args: readonly string[]): Promise<number> {
  process.stderr.write(`fetching Node.js ${NEWER} from npm, which pg-boss and graphile-worker need\n`);
  // npx tells where it lies, but does not run it: one process between the terminal and the benchmark is enough.
  const binary = execFileSync('npx', ['--yes', '-p', `node@${NEWER}`, 'node', '-p', 'process.execPath'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  }).trim();
  const child = spawn(binary, [script, ...args], { stdio: 'inherit' });
  // Ctrl-C reaches the child by itself; this process only waits for it. A kill reaches this process alone.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
