import { existsSync, readFileSync } from 'node:fs';

const STATUS = '/proc/self/status';

/** The most memory that this process ever had resident, in MB. */
export function peakMb(): number {
  // On Linux, what getrusage tells includes the parent as it was at the fork; the kernel's own mark does not.
  const mark = existsSync(STATUS) ? /VmHWM:\s+(\d+) kB/.exec(readFileSync(STATUS, 'utf8'))?.[1] : undefined;
  return (mark === undefined ? process.resourceUsage().maxRSS : Number(mark)) / 1024;
}
