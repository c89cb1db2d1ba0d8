import { describe, expect, it } from '@jest/globals';
import type { Actor, Transaction } from './support/actors.ts';
import { useStage } from './support/stage.ts';
import type { Process, World } from './support/world.ts';

/** Makes a second place of each lane, which is open: as two enqueues do that come first together. */
const DOUBLED: Transaction = {
  text: 'double the line',
  run: async (queue) => {
    await queue.rows(
      `insert into {s}.job_turn (job_group, channel, name, turn) select distinct job_group, channel, name, 0 from {s}.job_turn`,
    );
    return () => {};
  },
};

const one = { channels: null, slots: 1, ahead: 0, maxPerGroup: 1 };

/** The traps that this protocol was made to avoid, one by one. After each step the committed state is checked. */
describe('two transactions that meet', () => {
  const stage = useStage();
  const [a, b] = stage.actors as [Actor, Actor];

  /** Begins a transaction; it comes to stand at a pause, at somebody's lock, or before its commit. */
  const begin = (actor: Actor, world: World, transaction: Transaction): Promise<void> =>
    stage.step(actor, world, () => transaction);
  /** Lets it take its next step: past its pause, or to its commit. */
  const goOn = (actor: Actor, world: World): Promise<void> =>
    stage.step(actor, world, () => {
      throw new Error('it was over already');
    });
  const claim = (world: World, process: Process): Transaction => world.claim(process, [one], stage.committed);
  const states = async (): Promise<string[]> => {
    const { jobs, finalized } = await stage.committed();
    const bySeq = [...jobs].sort((x, y) => x.seq - y.seq);
    return [...finalized.map(({ outcome }): string => outcome), ...bySeq.map(({ state }) => state)];
  };
  const start = async (...groups: (string | null)[]): Promise<{ world: World; p: Process; q: Process }> => {
    const world = await stage.reset(groups, 2);
    const [p, q] = world.processes as [Process, Process];
    return { world, p, q };
  };

  it('a settle that waits for a claim opens the place that this claim has just shut', async () => {
    const { world, p, q } = await start('g', 'g');
    await stage.whole(a, world, claim(world, p));
    await stage.whole(a, world, DOUBLED);
    await begin(a, world, claim(world, q));
    await begin(b, world, world.settle(p, ['succeeded']));
    expect([a.state, b.state]).toEqual(['open', 'working']);
    await goOn(a, world);
    expect(await states()).toEqual(['running', 'blocked']);
    expect((await stage.committed()).turns.map(({ open }) => open)).toEqual([false]);
    await goOn(b, world);
    expect(await states()).toEqual(['succeeded', 'blocked']);
    await stage.drain(world);
  });

  it('a claim that comes while a settle is not committed leaves the group to it, whose commit opens its place', async () => {
    const { world, p, q } = await start('g', 'g');
    await stage.whole(a, world, claim(world, p));
    await begin(a, world, world.settle(p, ['succeeded']));
    await stage.whole(b, world, claim(world, q));
    expect([q.held.length, world.lastAnswer?.mayHaveMore]).toEqual([0, false]);
    await stage.whole(b, world, DOUBLED);
    await stage.whole(b, world, claim(world, q));
    expect([q.held.length, world.lastAnswer?.mayHaveMore]).toEqual([0, true]);
    await goOn(a, world);
    await stage.whole(b, world, claim(world, q));
    expect(q.held.map(({ isStarted }) => isStarted)).toEqual([true]);
    await stage.drain(world);
  });

  it('two claims that meet a new group at once: the second waits for the first, and takes nothing of it', async () => {
    const { world, p, q } = await start('new', 'new', 'new');
    await begin(a, world, claim(world, p));
    await begin(b, world, claim(world, q));
    expect([a.state, b.state]).toEqual(['open', 'working']);
    await goOn(a, world);
    await goOn(b, world);
    expect([p.held.length, q.held.length]).toEqual([1, 0]);
    expect(await states()).toEqual(['running', 'blocked', 'blocked']);
    await stage.drain(world);
  });

  it('two claims that meet new groups in opposite orders end in a deadlock at worst, and that is tried again', async () => {
    const { world, p, q } = await start('x@X', 'y@Y', 'x@X', 'y@Y');
    const [x, y] = [
      { ...one, channels: ['X'] },
      { ...one, channels: ['Y'] },
    ] as const;
    await begin(a, world, world.claim(p, [x, y], stage.committed, 'update job_group'));
    await begin(b, world, world.claim(q, [y, x], stage.committed));
    expect([a.isPaused, b.state]).toEqual([true, 'working']);
    await stage.drain(world);
  });

  it('a rescue waits for the settle of a process that is not dead after all, and finds nothing to take', async () => {
    const { world, p } = await start('g', 'g');
    await stage.whole(a, world, claim(world, p));
    await begin(a, world, world.settle(p, ['succeeded']));
    await begin(b, world, world.rescue(p));
    expect([a.state, b.state]).toEqual(['open', 'working']);
    await goOn(a, world);
    await goOn(b, world);
    expect(await states()).toEqual(['succeeded', 'blocked']);
    await stage.drain(world);
  });

  it.each(['g', null])(
    'a settle that waits for the rescue of its own job changes nothing (group %s)',
    async (group) => {
      const { world, p, q } = await start(group);
      await stage.whole(a, world, claim(world, p));
      await begin(a, world, world.rescue(p));
      await begin(b, world, world.settle(p, ['succeeded']));
      expect([a.state, b.state]).toEqual(['open', 'working']);
      await goOn(a, world);
      await goOn(b, world);
      expect(world.lost).toBe(1);
      expect(await states()).toEqual([group === null ? 'ready' : 'blocked']);
      await stage.whole(b, world, claim(world, q));
      expect(q.held.map(({ attempt }) => attempt)).toEqual([2]);
      await stage.drain(world);
    },
  );

  it('a settle that comes after the job was given to another process changes nothing, and opens no group', async () => {
    const { world, p, q } = await start('g', 'g');
    await stage.whole(a, world, claim(world, p));
    const late = world.settle(p, ['failed']);
    await stage.whole(b, world, world.rescue(p));
    await stage.whole(b, world, claim(world, q));
    await stage.whole(a, world, late);
    expect(world.lost).toBe(1);
    expect(await states()).toEqual(['running', 'blocked']);
    await stage.drain(world);
  });

  it('a rescue leaves a process alone whose claim is not committed', async () => {
    const { world, p } = await start('g');
    await begin(a, world, claim(world, p));
    await stage.whole(b, world, world.rescue(p));
    await goOn(a, world);
    expect(await states()).toEqual(['running']);
    await stage.whole(b, world, world.rescue(null));
    expect(await states()).toEqual(['blocked']);
    await stage.drain(world);
  });

  it('a claim that meets a group as it is being deleted asks again, and makes it anew', async () => {
    const { world, p, q } = await start('g');
    await stage.whole(a, world, claim(world, p));
    await stage.whole(a, world, world.settle(p, ['succeeded']));
    await begin(a, world, world.prune('delete job_group'));
    expect(a.isPaused).toBe(true);
    await goOn(a, world);
    await stage.whole(b, world, world.enqueue(['g']));
    await stage.whole(b, world, claim(world, q));
    expect([q.held.length, world.lastAnswer?.mayHaveMore]).toEqual([0, true]);
    await goOn(a, world);
    await stage.whole(b, world, claim(world, q));
    expect(q.held).toHaveLength(1);
    await stage.drain(world);
  });

  it('a group is not deleted when a job came in after it was found empty', async () => {
    const { world, p, q } = await start('g');
    await stage.whole(a, world, claim(world, p));
    await stage.whole(a, world, world.settle(p, ['succeeded']));
    await begin(a, world, world.prune('delete job_group'));
    await stage.whole(b, world, world.enqueue(['g']));
    await goOn(a, world);
    await goOn(a, world);
    await stage.whole(b, world, claim(world, q));
    await stage.whole(a, world, world.prune());
    expect((await stage.committed()).groups).toMatchObject([{ name: 'g', running: 1 }]);
    await stage.drain(world);
  });

  it.each([
    [1, ['blocked', 'blocked']],
    [2, ['running', 'blocked']],
  ])('a run ends before a row that somebody else has locked (number %i of the group)', async (nth, after) => {
    const { world, p } = await start('g', 'g', 'g');
    await begin(a, world, {
      text: 'delete by hand',
      run: async (queue) => {
        const which = `select id from {s}.job order by seq offset $1 limit 1`;
        await queue.rows(`delete from {s}.job where id = (${which})`, [nth - 1]);
        return () => {};
      },
    });
    await stage.whole(b, world, world.claim(p, [{ ...one, maxPerGroup: 3 }], stage.committed));
    expect(p.held).toHaveLength(nth - 1);
    await goOn(a, world);
    expect(await states()).toEqual(after);
    await stage.drain(world);
  });

  it('a reconciliation waits for the claim whose answer was lost, and takes its jobs back', async () => {
    const { world, p } = await start('g', null);
    await begin(a, world, world.claim(p, [{ ...one, slots: 2 }], stage.committed));
    await begin(b, world, world.reconcile(p));
    expect([a.state, b.state]).toEqual(['open', 'working']);
    await goOn(a, world);
    await goOn(b, world);
    expect(await states()).toEqual(['blocked', 'ready']);
    expect((await stage.committed()).jobs.map(({ attempt, fence }) => [attempt, fence])).toEqual([
      [0, 2],
      [0, 2],
    ]);
    await stage.drain(world);
  });

  it('a claim that comes after the reconciliation that gave it up claims nothing', async () => {
    const { world, p } = await start('g', null);
    await begin(a, world, world.reconcile(p));
    await begin(b, world, world.claim(p, [{ ...one, slots: 2 }], stage.committed));
    expect([a.state, b.state]).toEqual(['open', 'working']);
    await goOn(a, world);
    await goOn(b, world);
    expect([p.held.length, world.lastAnswer?.isLeaseHeld]).toEqual([0, false]);
    expect(await states()).toEqual(['blocked', 'ready']);
    await stage.drain(world);
  });
});
