import { afterEach } from '@jest/globals';
import { type Context, Orchestrator, type OrchestratorOptions, Worker, type WorkerOptions } from 'bearmq';
import { openAllGates } from './until.ts';

/** Makes daemons that are stopped when the test is over, however it ends. */
export function useDaemons(): {
  worker(context: Context, options?: Omit<WorkerOptions, 'context'>): Worker;
  orchestrator(context: Context, options?: Omit<OrchestratorOptions, 'context'>): Orchestrator;
} {
  const running: (Worker | Orchestrator)[] = [];
  afterEach(async () => {
    openAllGates();
    await Promise.all(running.splice(0).map((daemon) => daemon.stop()));
  });
  const keep = <T extends Worker | Orchestrator>(daemon: T): T => {
    running.push(daemon);
    return daemon;
  };
  return {
    worker: (context, options = {}) => keep(new Worker({ context, ...options })),
    orchestrator: (context, options = {}) => keep(new Orchestrator({ context, ...options })),
  };
}
