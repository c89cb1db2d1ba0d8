import { findWaitingLanes, readLanes, tablesOf, unservedLanes } from '@bearmq/core/internal';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { v4 as uuidv4 } from 'uuid';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { intercepted } from '../support/drivers.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { empty, statementsOf } from '../support/statements.ts';

const schema = useSchema();
const daemons = useDaemons();
const statements = statementsOf(schema);

beforeEach(() => empty(schema));

/** Jobs that have waited for longer than it takes a process to start. */
async function waiting(...jobs: readonly { name?: string; channel?: string; jobGroup?: string }[]): Promise<void> {
  await statements.insert(...jobs);
  await schema.rows(`update {s}.job set enqueued_at = now() - interval '2 minutes'`);
}

const warnings = (events: ReturnType<typeof logEvents>): readonly string[] =>
  events.of('WARNING').flatMap(({ message }) => (message.startsWith('jobs of') ? [message] : []));

describe('jobs that nobody takes', () => {
  it.each(['worker', 'orchestrator'] as const)('are told of by a process with a %s: each lane once', async (daemon) => {
    await waiting({ name: 'MIAL' }, { name: 'MIAL' }, { name: 'MAIL', channel: 'other' });
    const context = schema.context();
    const events = logEvents(context);
    await notedJob(context, 'MAIL');
    if (daemon === 'worker') daemons.worker(context, { channels: ['DEFAULT'] });
    else daemons.orchestrator(context);
    await events.waitFor('WARNING', { count: 2 });
    expect(warnings(events)).toEqual([
      expect.stringMatching(/^jobs of "MIAL" in the channel "DEFAULT" wait, and no process takes them: register/),
      expect.stringMatching(/^jobs of "MAIL" in the channel "other" wait/),
    ]);
  });

  it('are those of no process that lives, whatever name, channel or group it takes', async () => {
    const find = async () =>
      (await unservedLanes({ driver: schema.driver(), tables: tablesOf(schema.name) })).map(
        ({ channel, name }) => `${name} ${channel}`,
      );
    const take = (takes: unknown) =>
      schema.rows(`insert into {s}.process (id, expires_at, takes) values ($1, now() + interval '1 hour', $2)`, [
        uuidv4(),
        JSON.stringify(takes),
      ]);
    await waiting({ name: 'A', channel: 'x' }, { name: 'A', channel: 'y' }, { name: 'B', channel: 'x', jobGroup: 'g' });
    await take(null);
    await take([]);
    expect(await find()).toEqual(['A x', 'B x', 'A y']);
    await take([{ channels: ['x'], slots: 1, names: ['A'] }]);
    expect(await find()).toEqual(['B x', 'A y']);
    await schema.context().pause({ channel: 'y' });
    expect(await find()).toEqual(['B x']);
    await take([{ channels: null, slots: 1, names: ['C', 'B'] }]);
    expect(await find()).toEqual([]);
    await schema.rows(`update {s}.process set expires_at = now() - interval '1 s'`);
    expect(await find()).toEqual(['A x', 'B x']);
    await schema.rows('update {s}.job set enqueued_at = now()');
    expect(await find()).toEqual([]);
  });

  // Whose table is empty, or was when it was analyzed, has no figures to plan by.
  it('and lanes are found by plans that no server compiles', async () => {
    const costs: number[] = [];
    const driver = intercepted(schema.driver(), async ({ text, values }, send) => {
      const explained = await schema.value(`explain (format json) ${text}`, [...values]);
      costs.push((explained as { Plan: { 'Total Cost': number } }[])[0]?.Plan['Total Cost'] ?? Infinity);
      return await send();
    });
    await schema.rows('vacuum analyze {s}.job');
    await findWaitingLanes(driver, tablesOf(schema.name), { waitedSecs: 60, limit: 20 });
    await readLanes(driver, tablesOf(schema.name), { upTo: 1_000, since: { secs: 300 }, span: 'minutes' });
    expect(costs).toHaveLength(2);
    expect(Math.max(...costs)).toBeLessThan(100_000); // jit_above_cost
  });
});
