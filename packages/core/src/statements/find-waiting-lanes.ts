import { asText, waitingLanes } from '../schema/index.ts';
import { defineStatement, type Statement } from './statement.ts';

export interface WaitingLane {
  readonly channel: string;
  readonly name: string;
}

/**
 * Lanes with a job that has been ready for `waitedSecs` or longer. It costs by the number of lanes, not of jobs.
 *
 * Which of them somebody takes is for the caller to find out: written in SQL, the lists in `takes` made the planner expect
 * so much that the server compiled the plan, for three seconds, where `jit` is on.
 */
export const findWaitingLanes: Statement<
  { readonly waitedSecs: number; readonly limit: number },
  readonly WaitingLane[]
> = defineStatement({
  name: 'bearmq_find_waiting_lanes',
  plan: 'anew',
  mayBeRepeated: true,
  text: ({ job, jobTurn }) => `
    with recursive ${waitingLanes({ job, jobTurn })}
    select h.channel::text, h.name::text from heads h
    where h.since < pg_catalog.now() - pg_catalog.make_interval(secs => $1::float8)
    order by h.channel, h.name limit $2::int4`,
  encode: ({ waitedSecs, limit }) => [waitedSecs, limit],
  decode: (rows) => rows.map(([channel, name]) => ({ channel: asText(channel), name: asText(name) })),
});
