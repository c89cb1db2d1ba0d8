import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Binaries } from './binaries.ts';
import type { ServerUser } from './server-user.ts';

/** The outermost folder on the way to `path` that `user` may not enter, or undefined when there is none. */
export function closedFolder(path: string, user: ServerUser): string | undefined {
  return closedOnTheWay(dirname(realpathSync(path)), user);
}

function closedOnTheWay(innermost: string, user: ServerUser): string | undefined {
  let closed: string | undefined;
  for (let folder = innermost; ; folder = dirname(folder)) {
    const { mode, uid, gid } = statSync(folder);
    const mayEnter = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
    if ((mode & mayEnter) === 0) closed = folder;
    if (folder === dirname(folder)) return closed;
  }
}

/** A folder for temporary files that the server's account can reach: `TMPDIR` may be private to us. */
export function temporaryFolder(user: ServerUser | undefined): string {
  const candidates = [tmpdir(), '/tmp', '/var/tmp', '/dev/shm'].filter((folder) => existsSync(folder));
  const found = candidates.find(
    (folder) => user === undefined || closedOnTheWay(realpathSync(folder), user) === undefined,
  );
  if (found !== undefined) return found;
  throw new Error(`The postgres user may enter none of these folders: ${candidates.join(', ')}. Set TMPDIR to one.`);
}

/**
 * A checkout below a private folder (`/root`, say) hides the npm binaries from the server's account, so they are copied
 * to a folder that it can enter. 60 MB, left in place for the next run, and shared by all checkouts of one version.
 */
export function reachableBinaries(binaries: Binaries, user: ServerUser | undefined): Binaries {
  if (user === undefined || closedFolder(binaries.postgres, user) === undefined) return binaries;
  const installation = dirname(dirname(realpathSync(binaries.postgres)));
  const key = createHash('sha256').update(readFileSync(binaries.postgres)).digest('hex').slice(0, 12);
  const copy = join(temporaryFolder(user), `bearmq-postgres-${key}`);
  if (!existsSync(copy)) copyInto(installation, copy);
  // The name can be guessed, and what lies there is going to be run.
  if (statSync(copy).uid !== process.getuid?.()) throw new Error(`${copy} belongs to somebody else: remove it.`);
  return { ...binaries, initdb: join(copy, 'bin', 'initdb'), postgres: join(copy, 'bin', 'postgres') };
}

function copyInto(installation: string, target: string): void {
  const partial = mkdtempSync(`${target}.`);
  cpSync(installation, partial, { recursive: true, verbatimSymlinks: true });
  chmodSync(partial, 0o755);
  try {
    renameSync(partial, target);
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    if (!existsSync(target)) throw error; // otherwise another process was first
  }
}
