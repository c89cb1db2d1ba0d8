import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { SERVER_ENV } from './cluster.ts';
import type { ServerUser } from './server-user.ts';

/**
 * A shell between us and the server holds the reading end of a pipe whose writing end is ours. However this process
 * ends, kill -9 included, the shell reads end-of-file, takes the server down and removes its folder. When the server
 * ends first, the shell says so and stays, for the folder, until the pipe is closed.
 * Arguments: the signal that stops the server, the folder to remove afterwards or '', the server's command.
 */
const SCRIPT = `
  signal=$1; folder=$2; shift 2
  exec 3<&0                       # a background command's input is /dev/null, so keep the pipe as 3
  "$@" 3<&- >/dev/null & server=$!
  { read -r _ <&3; while kill -"$signal" "$server"; do sleep 0.2; done; } 2>/dev/null & reader=$!
  wait "$server"
  kill "$reader" 2>/dev/null      # or it would later signal whatever process has the server's pid by then
  trap '' PIPE                    # nobody may be there to hear it
  echo exited 2>/dev/null
  read -r _ <&3
  [ -z "$folder" ] || rm -rf "$folder"
`;

export interface GuardedCommand {
  readonly command: readonly string[];
  readonly stopSignal: 'INT' | 'QUIT' | 'TERM';
  readonly removeAfterwards: string | undefined;
  /** File descriptor that the server's log goes to. */
  readonly log: number;
  readonly user: ServerUser | undefined;
}

/** A server under guard. */
export interface Guarded {
  hasExited(): boolean;
  /** Resolves when the server is gone, however it went. */
  readonly exited: Promise<void>;
  /** Stops the server and removes its folder; resolves when both are done. Safe to call twice. */
  stop(): Promise<void>;
}

/** Starts the server, detached: a Ctrl-C reaches this process only, which may still need the database to wind up. */
export function spawnGuarded({ command, stopSignal, removeAfterwards, log, user }: GuardedCommand): Guarded {
  const guard = spawn('/bin/sh', ['-c', SCRIPT, 'sh', stopSignal, removeAfterwards ?? '', ...command], {
    env: SERVER_ENV,
    stdio: ['pipe', 'pipe', log],
    detached: true,
    ...user,
  }) as ChildProcessByStdio<Writable, Readable, null>;
  const guardLeft = new Promise<void>((resolve) => {
    guard.once('exit', () => resolve()).once('error', () => resolve());
  });
  let gone = false;
  const said = new Promise<void>((resolve) => guard.stdout.once('data', () => resolve()));
  const exited = Promise.race([said, guardLeft]).then(() => {
    gone = true;
  });
  guard.stdin.on('error', () => {}); // the guard is gone already
  // None of these keeps our event loop alive: a program that forgets to stop the server still ends.
  for (const handle of [guard, guard.stdin, guard.stdout] as { unref?: () => void }[]) handle.unref?.();
  return {
    hasExited: () => gone,
    exited,
    stop: async () => {
      guard.ref();
      guard.stdin.end();
      await guardLeft;
    },
  };
}
