import { type Context, JobDefinition } from 'bearmq';

/** The kind of job that two processes know: one enqueues it, the other runs it. */
export function errand(context: Context, run: (from: number) => void): JobDefinition<{ from: number }> {
  return new JobDefinition({ context, name: 'ERRAND', workFunction: ({ from }: { from: number }) => run(from) });
}
