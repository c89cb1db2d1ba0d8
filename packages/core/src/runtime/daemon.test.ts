import { describe, expect, it } from '@jest/globals';
import { ManualClock, settled } from '../../test/support/manual-clock.ts';
import { Daemon } from './daemon.ts';

class TestDaemon extends Daemon {
  passes = 0;
  running = 0;
  most = 0;
  readonly #work: (pass: number) => number | Promise<number>;

  constructor(work: (pass: number) => number | Promise<number>, clock: ManualClock, told: unknown[] = [], random = 1) {
    super({ name: 'tester', onError: (...all) => void told.push(all), clock, random: () => random });
    this.#work = work;
  }

  protected override async tick(): Promise<number> {
    this.passes += 1;
    this.running += 1;
    this.most = Math.max(this.most, this.running);
    try {
      return await this.#work(this.passes);
    } finally {
      this.running -= 1;
    }
  }
}

describe('a daemon', () => {
  it('does nothing until it is started', async () => {
    const clock = new ManualClock();
    const daemon = new TestDaemon(() => 1, clock);
    daemon.wake();
    await clock.advance(1_000);
    expect(daemon.passes).toBe(0);
    await daemon.stop();
  });

  it('waits before its first pass when it is told to, unless it is woken or stopped', async () => {
    const clock = new ManualClock();
    const [patient, woken, stopped] = [1, 2, 3].map(() => new TestDaemon(() => Infinity, clock));
    for (const daemon of [patient, woken, stopped]) daemon?.start(100);
    await clock.advance(99);
    expect([patient?.passes, woken?.passes, stopped?.passes]).toEqual([0, 0, 0]);
    woken?.wake();
    await stopped?.stop();
    await clock.advance(1);
    await settled();
    expect([patient?.passes, woken?.passes, stopped?.passes]).toEqual([1, 1, 0]);
    await Promise.all([patient?.stop(), woken?.stop()]);
  });

  it('started twice runs once', async () => {
    const clock = new ManualClock();
    const daemon = new TestDaemon(() => 100, clock);
    daemon.start();
    daemon.start();
    await clock.advance(1_000);
    expect(daemon.passes).toBe(11);
    expect(daemon.most).toBe(1);
    await daemon.stop();
  });

  it('ends by itself, without another pass, when it is told that none can succeed any more', async () => {
    const clock = new ManualClock();
    const told: unknown[] = [];
    const onError = (...all: unknown[]): 'over' => {
      told.push(all);
      return 'over';
    };
    const reasons: unknown[] = [];
    class Ending extends Daemon {
      protected override tick(): Promise<number> {
        return Promise.reject('no more');
      }
      protected override ended(reason: unknown): void {
        reasons.push(reason);
      }
    }
    const daemon = new Ending({ name: 'tester', clock, onError });
    daemon.start();
    await clock.advance(60_000);
    daemon.wake();
    await settled();
    expect(told).toEqual([['tester', 'no more', 1]]);
    expect(reasons).toEqual(['no more']);
    await daemon.stop();
  });

  it('stops after the pass under way, and as often as it is told', async () => {
    let release: () => void = () => {};
    const daemon = new TestDaemon(async () => {
      await new Promise<void>((resolve) => (release = resolve));
      return 0;
    }, new ManualClock());
    daemon.start();
    await settled();
    let stopped = 0;
    const stops = [daemon.stop(), daemon.stop()].map((stop) => stop.then(() => (stopped += 1)));
    await settled();
    expect(stopped).toBe(0);
    release();
    await Promise.all(stops);
    await daemon.stop();
    expect(daemon.passes).toBe(1);
  });

  it('stopped before its start never runs', async () => {
    const daemon = new TestDaemon(() => 0, new ManualClock());
    await daemon.stop();
    daemon.start();
    await settled();
    expect(daemon.passes).toBe(0);
  });

  it('reports each failure, goes on, and pauses twice as long each time, from 0.1 s to 4 s', async () => {
    const clock = new ManualClock();
    const told: unknown[] = [];
    const error = new Error('no');
    const daemon = new TestDaemon(
      () => {
        throw error;
      },
      clock,
      told,
    );
    daemon.start();
    const pauses: number[] = [];
    for (let i = 0; i < 10; i += 1) {
      await settled();
      pauses.push(clock.waits[0] ?? 0);
      await clock.advance(pauses.at(-1) ?? 0);
    }
    expect(pauses).toEqual([100, 200, 400, 800, 1_600, 3_200, 4_000, 4_000, 4_000, 4_000]);
    expect(told.slice(0, 3)).toEqual([
      ['tester', error, 1],
      ['tester', error, 2],
      ['tester', error, 3],
    ]);
    await daemon.stop();
  });

  it('pauses for a time of its own, down to half of that', async () => {
    const clock = new ManualClock();
    const fail = () => {
      throw new Error('no');
    };
    const daemon = new TestDaemon(fail, clock, [], 0);
    daemon.start();
    await settled();
    expect(clock.waits).toEqual([50]);
    await daemon.stop();
  });

  it('does not let wakes cut the pause after a failure', async () => {
    const clock = new ManualClock();
    const daemon = new TestDaemon((pass) => {
      if (pass < 3) throw new Error('no');
      return Infinity;
    }, clock);
    daemon.start();
    for (let i = 0; i < 50; i += 1) {
      daemon.wake();
      await clock.advance(1);
    }
    expect(daemon.passes).toBe(1);
    await clock.advance(50 + 200);
    expect(daemon.passes).toBe(3);
    await daemon.stop();
  });

  it('starts its pauses anew after a pass that succeeded', async () => {
    const clock = new ManualClock();
    const told: [string, unknown, number][] = [];
    const daemon = new TestDaemon(
      (pass) => {
        if (pass % 3 !== 0) throw new Error('no');
        return 0;
      },
      clock,
      told,
    );
    daemon.start();
    await clock.advance(650);
    expect(told.map(([, , failures]) => failures)).toEqual([1, 2, 1, 2, 1]);
    await daemon.stop();
  });
});
