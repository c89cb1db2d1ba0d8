import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { REPOSITORY } from './published-packages.ts';

/** Runs this repository's pnpm: the one that runs us, or the one on the PATH, or the one that npx fetches. */
export function pnpm(args: readonly string[], cwd: string): string {
  const { status, error, stdout, stderr } = spawnSync(command[0], [...command.slice(1), ...args], {
    cwd,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`pnpm ${args.join(' ')} failed:\n${stdout}\n${stderr}`, { cause: error });
  return stdout;
}

const command = findPnpm();

function findPnpm(): [string, ...string[]] {
  const running = process.env['npm_execpath'];
  if (running !== undefined && basename(running).startsWith('pnpm')) {
    return /\.[cm]?js$/.test(running) ? [process.execPath, running] : [running];
  }
  if (spawnSync('pnpm', ['--version'], { cwd: REPOSITORY }).status === 0) return ['pnpm'];
  const { packageManager } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8'));
  return ['npx', '--yes', packageManager];
}
