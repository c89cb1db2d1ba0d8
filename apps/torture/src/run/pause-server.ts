import { execFile } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';

/**
 * Takes the processor away from a whole server for a while: connections stand, and can be begun, and nothing answers, as
 * where the network swallows all packets. What was sent meanwhile is done afterwards.
 */
export async function pauseServer(postmaster: number, ms: number): Promise<void> {
  process.kill(postmaster, 'SIGSTOP'); // first, so that there are no new ones
  const all = [postmaster, ...(await childrenOf(postmaster))];
  try {
    for (const pid of all) signal(pid, 'SIGSTOP');
    await wait(ms);
  } finally {
    for (const pid of all.toReversed()) signal(pid, 'SIGCONT');
  }
}

async function childrenOf(parent: number): Promise<readonly number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=']);
  return stdout.split('\n').flatMap((line) => {
    const [pid, ppid] = line.trim().split(/ +/).map(Number);
    return pid !== undefined && ppid === parent ? [pid] : [];
  });
}

/** A process may have ended meanwhile. */
function signal(pid: number, name: 'SIGSTOP' | 'SIGCONT'): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ESRCH') throw error;
  }
}
