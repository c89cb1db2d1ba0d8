import { execFileSync } from 'node:child_process';

/** The account that a server runs as, where that is not our own. */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

/** PostgreSQL refuses to run as root, so root's servers run as `postgres`; anybody else's run as themselves. */
export function serverUser(): ServerUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  return find('postgres') ?? create('postgres');
}

function find(name: string): ServerUser | undefined {
  const id = (flag: string): number =>
    Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
  try {
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    return undefined;
  }
}

function create(name: string): ServerUser {
  const args = ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', name];
  try {
    execFileSync('useradd', args, { stdio: 'ignore' });
  } catch {
    // Another process may have made it meanwhile; the look-up below decides.
  }
  const user = find(name);
  if (user !== undefined) return user;
  throw new Error(
    `PostgreSQL does not run as root, and a user "${name}" could not be made: create one, or don't be root.`,
  );
}
