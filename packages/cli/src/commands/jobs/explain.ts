import type { Context, Explanation } from '@bearmq/core';
import { type Command, defineCommand } from '../../command.ts';
import { EXIT } from '../../exit-codes.ts';
import { jobIdArgument, jobIdIn } from '../../job-ids.ts';
import { shellWord } from '../../output/words.ts';
import { watch, watchOptions } from '../../watch.ts';
import { noSuchJob } from './show.ts';

/** How far a reason is followed to the jobs that it is about. */
const DEEPEST = 5;

export const jobsExplain: Command = defineCommand({
  name: 'jobs explain',
  about: 'Why a job does not run (yet), and what to do about it.',
  arguments: [jobIdArgument],
  options: watchOptions('until it has started'),
  run: async (call) => {
    const { args, output, database } = call;
    const id = jobIdIn(args);
    const { context } = await database();
    await watch(call, async () => {
      const chain = await chainOf(context(), id);
      const [{ explanation } = { explanation: undefined }] = chain;
      if (explanation === undefined || explanation.kind === 'unknown') throw noSuchJob(id);
      return {
        show: () => {
          if (output.isJson) output.json({ jobId: id, explanation, chain: chain.slice(1) });
          for (const [depth, link] of output.isJson ? [] : chain.entries()) {
            const indent = '  '.repeat(depth);
            const subject = depth === 0 ? '' : `${link.jobId}: `;
            output.line(
              `${indent}${output.colours.bold(link.explanation.kind)}: ${subject}${link.explanation.sentence}`,
            );
            const remedy = remedyOf(link);
            if (remedy !== null) output.line(`${indent}  ${output.colours.dim('→')} ${remedy}`);
          }
        },
        isOver: explanation.kind === 'running' || explanation.kind === 'over',
      };
    });
    return EXIT.done;
  },
});

/** What the API says is to be done, as a call of this command where there is one. */
function remedyOf({ jobId, explanation }: Link): string | null {
  const { kind, remedy } = explanation;
  if (kind === 'due') return `wait, or run it now: npx bearmq jobs run-now ${jobId}`;
  if (kind === 'paused') {
    const { what, name } = explanation;
    return `resume it: npx bearmq resume --${what}${name === null ? '' : ` ${shellWord(name)}`}`;
  }
  if (kind === 'group-order') return `ask for that: npx bearmq jobs explain ${explanation.aheadJobId}`;
  if (kind !== 'limit') return remedy;
  const { what, name } = explanation;
  return `it starts when one of those has ended; npx bearmq limits set --${what} ${shellWord(name)} allows more`;
}

interface Link {
  readonly jobId: string;
  readonly explanation: Explanation;
}

/** The job, the job that it waits for, and so on to the root. */
async function chainOf(context: Context, id: string): Promise<readonly Link[]> {
  const chain: Link[] = [];
  for (let jobId: string | null = id; jobId !== null && chain.length < DEEPEST; ) {
    if (chain.some((link) => link.jobId === jobId)) break;
    const explanation: Explanation = await context.jobs.explain(jobId);
    chain.push({ jobId, explanation });
    jobId = waitsFor(explanation);
  }
  return chain;
}

function waitsFor(explanation: Explanation): string | null {
  if (explanation.kind === 'group-busy') return explanation.jobId;
  return explanation.kind === 'group-order' ? explanation.aheadJobId : null;
}
