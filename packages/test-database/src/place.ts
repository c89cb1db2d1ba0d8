import { chmodSync, chownSync, mkdirSync, mkdtempSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { closedFolder, temporaryFolder } from './reachable.ts';
import type { ServerUser } from './server-user.ts';

/** Where a server has its data. */
export interface Place {
  readonly dataDir: string;
  /** The folder that goes when the server goes. */
  readonly removable: string | undefined;
}

/** Finds or makes the folder, such that `user` can use it. */
export function preparePlace(dataDir: string | undefined, user: ServerUser | undefined): Place {
  return dataDir === undefined ? throwAwayPlace(user) : keptPlace(resolve(dataDir), user);
}

function throwAwayPlace(user: ServerUser | undefined): Place {
  const folder = mkdtempSync(join(temporaryFolder(user), 'bearmq-'));
  if (user !== undefined) chownSync(folder, user.uid, user.gid);
  return { dataDir: join(folder, 'data'), removable: folder };
}

function keptPlace(dataDir: string, user: ServerUser | undefined): Place {
  const made = mkdirSync(dataDir, { recursive: true });
  if (made !== undefined) chmodSync(dataDir, 0o700); // PostgreSQL refuses a folder that others may enter
  if (user !== undefined) {
    const closed = closedFolder(dataDir, user);
    if (closed !== undefined) {
      throw new Error(`The postgres user may not enter ${closed}: open it (chmod 755), or keep the data elsewhere.`);
    }
    chownSync(dataDir, user.uid, user.gid);
  }
  return { dataDir, removable: undefined };
}
