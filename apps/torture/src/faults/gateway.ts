import { setTimeout as wait } from 'node:timers/promises';
import { BLOCKED_SECS } from '../settings.ts';
import type { Fault } from './fault.ts';
import { startLongJobs } from './long-jobs.ts';

/** Jobs that are running when it strikes. */
const LONG_JOBS = 6;
/** So soon the link has learned of a death. */
const NOTICE_MS = 300;
/** Longer than a rescue may take once neither lease nor lock stands for the dead. */
const RESCUE_MS = 6_000;

/** The session that stands for the dead process stands on, and its lock with it. */
export const gateway: Fault = {
  name: 'kill-behind-gateway',
  about: 'kill -9 of a worker behind a gateway that keeps its connections to the server',
  strike: async (world) => {
    const { victim, link, leaseMs, tell } = world;
    await startLongJobs(world, new Array<number>(LONG_JOBS).fill(leaseMs));
    const child = await victim('worker', ['linked']);
    const kept = await link.keepingOutward(async () => {
      tell({ kind: 'kept', process: child.name });
      await child.kill();
      await wait(NOTICE_MS);
    });
    await wait(leaseMs + BLOCKED_SECS * 1000 + RESCUE_MS);
    kept.end();
    return `${child.name}, ${kept.count} connections kept`;
  },
};
