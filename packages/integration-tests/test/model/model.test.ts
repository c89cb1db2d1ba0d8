import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { useSchema } from '../support/database.ts';
import { commandArbitraries } from './support/arbitraries.ts';
import { usePlayground } from './support/playground.ts';

/** How many random programmes to run: each run draws others, so they add up over runs. To run one that failed again, give the seed that it printed. */
const RUNS = Number(process.env['BEARMQ_MODEL_RUNS'] ?? 200);
const SEED = process.env['BEARMQ_MODEL_SEED'];

describe('the claim and settle protocol, one step at a time', () => {
  const playground = usePlayground(useSchema());

  it(`does what the model says in ${RUNS} random programmes`, async () => {
    const programmes = fc.commands(commandArbitraries, { maxCommands: 60, size: 'max' });
    const property = fc.asyncProperty(programmes, (programme) =>
      playground.run((setup) => fc.asyncModelRun(setup, programme)),
    );
    await fc.assert(property, { numRuns: RUNS, ...(SEED === undefined ? {} : { seed: Number(SEED) }) });
    console.log(`${RUNS} programmes:\n${[...playground.seen].map(([what, times]) => `${times} ${what}`).join('\n')}`);
    const unseen = [...playground.seen].filter(([, times]) => times === 0).map(([what]) => what);
    if (RUNS >= 100) expect(unseen).toEqual([]);
  }, 600_000);
});
