import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { useSchema } from '../support/database.ts';
import type { Sightings } from './support/real.ts';
import { declarations, scheduleArbitraries } from './support/schedule-arbitraries.ts';
import { fireCommand, passCommand, type ScheduleCommand } from './support/schedule-commands.ts';
import type { ScheduleReal } from './support/schedule-ledger.ts';
import { type ModelRule, ScheduleModel } from './support/schedule-model.ts';
import { TickProcess } from './support/schedule-real.ts';

/** As for the model of claims: see `model.test.ts`. */
const RUNS = Number(process.env['BEARMQ_MODEL_RUNS'] ?? 100);
const SEED = process.env['BEARMQ_MODEL_SEED'];

const schema = useSchema();

async function setup(declared: ReadonlyMap<string, ModelRule>, seen: Sightings) {
  await schema.rows('with a as (delete from {s}.job) delete from {s}.schedule');
  const [caller, other] = [new TickProcess(schema), new TickProcess(schema)];
  const lastSeq = Number(await schema.value('select coalesce(max(seq), 0)::float8 from {s}.job'));
  const real: ScheduleReal = { schema, caller, other, seen, enqueued: new Set(), lastSeq };
  const model = new ScheduleModel();
  await caller.start(declared);
  model.declare(declared, caller.looks().at(0)?.nowMs ?? Number.NaN);
  await other.start(declared);
  other.looks();
  return { model, real };
}

describe('schedules, one step at a time', () => {
  it(
    `do what the model says in ${RUNS} random programmes`,
    async () => {
      const seen: Sightings = new Map();
      const programmes = fc.commands<ScheduleModel, ScheduleReal>([...scheduleArbitraries], {
        maxCommands: 60,
        size: 'max',
      });
      const property = fc.asyncProperty(declarations, programmes, async (declared, programme) => {
        const { model, real } = await setup(declared, seen);
        await fc.asyncModelRun(() => ({ model, real }), programme as Iterable<ScheduleCommand>);
        for (const last of [fireCommand(), passCommand(3), fireCommand()]) await last.run(model, real);
      });
      await fc.assert(property, { numRuns: RUNS, ...(SEED === undefined ? {} : { seed: Number(SEED) }) });
      console.log(
        `${RUNS} programmes of schedules:\n${[...seen].map(([what, times]) => `${times} ${what}`).join('\n')}`,
      );
      if (RUNS >= 100) expect([...seen].filter(([, times]) => times === 0)).toEqual([]);
    },
    Math.max(600_000, RUNS * 2_000),
  );
});
