import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Beside what pnpm installs, so it is not in git and goes when `node_modules` goes. */
export const CACHE: string = resolve(import.meta.dirname, '../../../node_modules/.cache/bearmq');

/** Why npm could not deliver a package: it did not reach its registry, or something else is wrong. */
export class FetchError extends Error {
  readonly reason: 'unreachable' | 'other';

  constructor(message: string, reason: 'unreachable' | 'other') {
    super(message);
    this.name = 'FetchError';
    this.reason = reason;
  }
}

export interface FetchOptions {
  readonly cache?: string;
  /** npm's surroundings. */
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * Resolves to the folder of an npm package that is no dependency of ours, because few need it and it is large. The
 * first call fetches it.
 *
 * @throws FetchError when it is not there yet and npm cannot deliver it.
 */
export async function fetchPackage(
  name: string,
  version: string,
  { cache = CACHE, env = process.env }: FetchOptions = {},
): Promise<string> {
  const installation = join(cache, `${name.replaceAll('/', '-')}-${version}`);
  const folderIn = (root: string): string => join(root, 'node_modules', name);
  if (existsSync(installation)) return folderIn(installation);
  mkdirSync(cache, { recursive: true });
  const partial = mkdtempSync(`${installation}.`); // an installation that was cut off must not be taken for a whole one
  try {
    const quiet = ['--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--loglevel=error'];
    const soon = ['--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=5000'];
    const spec = `${name}@${version}`;
    await npm(spec, { cwd: partial, env }, ['install', '--prefix=.', '--ignore-scripts', ...quiet, ...soon, spec]);
    // By name, because npm may be told, or may have become wary enough, not to run a package's script by itself.
    await npm(spec, { cwd: folderIn(partial), env }, ['run', '--if-present', '--loglevel=error', 'postinstall']);
    chmodSync(partial, 0o755); // mkdtemp's folders are private, and the server's account may be another
    takeOver(partial, installation);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  return folderIn(installation);
}

function takeOver(partial: string, installation: string): void {
  try {
    renameSync(partial, installation);
  } catch (error) {
    if (!existsSync(installation)) throw error; // otherwise another process was first
  }
}

const UNREACHABLE =
  /^(E502|E503|E504|EAI_AGAIN|ECONNREFUSED|ECONNRESET|EHOSTUNREACH|ENETUNREACH|ENOTCACHED|ENOTFOUND|ERR_SOCKET_TIMEOUT|ETIMEDOUT)$/;

/** Whether npm, by what it said when it failed, did not reach its registry. */
export function isUnreachable(said: string): boolean {
  return UNREACHABLE.test(errorCode(said));
}

function errorCode(said: string): string {
  return /^npm error code (\S+)/m.exec(said)?.[1] ?? '';
}

interface Surroundings {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

async function npm(spec: string, surroundings: Surroundings, args: readonly string[]): Promise<void> {
  const { code, said } = await run('npm', args, surroundings);
  if (code === 0) return;
  if (!isUnreachable(said)) throw new FetchError(`npm could not install ${spec}:\n${said}`, 'other');
  throw new FetchError(
    `${spec} is not here yet, and npm does not reach its registry (${errorCode(said)}): try again with a network.`,
    'unreachable',
  );
}

async function run(
  command: string,
  args: readonly string[],
  surroundings: Surroundings,
): Promise<{ code: number | null; said: string }> {
  return await new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...surroundings, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
    }
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, said }));
  });
}
