import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { useSchema } from '../support/database.ts';
import { commandArbitraries, limitedArbitraries } from './support/arbitraries.ts';
import { usePlayground } from './support/playground.ts';

/** How many random programmes of each kind to run: each run draws others, so they add up over runs. To run one that failed again, give the seed that it printed. */
const RUNS = Number(process.env['BEARMQ_MODEL_RUNS'] ?? 100);
const SEED = process.env['BEARMQ_MODEL_SEED'];

describe('the claim and settle protocol, one step at a time', () => {
  const playground = usePlayground(useSchema());

  it.each([
    ['without limits', commandArbitraries],
    ['under limits that change', limitedArbitraries],
  ])(
    `does what the model says in ${RUNS} random programmes %s`,
    async (how, arbitraries) => {
      playground.seen.clear();
      const programmes = fc.commands([...arbitraries], { maxCommands: 60, size: 'max' });
      const property = fc.asyncProperty(programmes, (programme) =>
        playground.run((setup) => fc.asyncModelRun(setup, programme)),
      );
      await fc.assert(property, { numRuns: RUNS, ...(SEED === undefined ? {} : { seed: Number(SEED) }) });
      const seen = [...playground.seen];
      console.log(`${RUNS} programmes ${how}:\n${seen.map(([what, times]) => `${times} ${what}`).join('\n')}`);
      if (RUNS >= 100) expect(seen.filter(([, times]) => times === 0)).toEqual([]);
    },
    Math.max(600_000, RUNS * 2_000),
  );
});
