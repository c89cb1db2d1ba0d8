import { spawnSync } from 'node:child_process';
import { CannotRun } from './cannot-run.mjs';

/**
 * The path of the program that an npm package brings, which is fetched unless npm has it already.
 *
 * @param {string} spec Name and version; the program has the package's name.
 * @param {(said: string) => boolean} isUnreachable Whether that is npm's word for having no network.
 */
export function programFromNpm(spec, isUnreachable) {
  const [name, version] = spec.split('@');
  const soon = ['--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=5000'];
  const npx = spawnSync('npx', ['--yes', ...soon, '-p', spec, '-c', `command -v ${name}`], { encoding: 'utf8' });
  if (npx.error) throw new Error('npx could not be started.', { cause: npx.error });
  if (npx.status !== 0 && isUnreachable(npx.stderr)) {
    throw new CannotRun(`${spec} is not here yet, and npm does not reach its registry`);
  }
  const path = npx.stdout.trim();
  const answer = spawnSync(path, ['--version'], { encoding: 'utf8' });
  if (npx.status === 0 && answer.status === 0 && answer.stdout.includes(version)) return path;
  throw new Error(`npx gave no ${spec}: ${npx.stderr.trim()} ${answer.stdout ?? ''}${answer.error ?? ''}`);
}
