import type { Driver, SqlSession } from '@bearmq/core/driver';
import { type DriverHarness, driverConformance, type SessionFactory, type TestRunner } from '@bearmq/driver-testkit';
import { describe, expect, it } from '@jest/globals';

interface Outcome {
  readonly name: string;
  readonly failure?: string;
}

/** A runner in a box: collects the cases, and runs them when told to. */
class BoxedRunner implements TestRunner {
  readonly cases: { readonly name: string; readonly run: () => Promise<void> }[] = [];
  readonly skipped: string[] = [];
  readonly describe = (_name: string, define: () => void): void => define();
  readonly it: TestRunner['it'] = Object.assign(
    (name: string, run: () => Promise<void>) => this.cases.push({ name, run }),
    {
      skip: (name: string) => this.skipped.push(name),
    },
  );

  async runAll(): Promise<readonly Outcome[]> {
    const outcomes: Outcome[] = [];
    for (const { name, run } of this.cases) {
      outcomes.push(
        await run().then(
          () => ({ name }),
          (error: unknown) => ({ name, failure: String(error) }),
        ),
      );
    }
    return outcomes;
  }
}

/** Answers every statement with nothing, and does nothing. */
const empty: SqlSession = { run: async () => [] };
const idle: Driver = {
  name: 'idle',
  run: async () => [],
  transaction: (work) => work(empty),
  listen: () => ({ close: async () => undefined }),
  close: async () => undefined,
};

function harness(factory: SessionFactory, capability: true | string = 'not in this test'): DriverHarness {
  return {
    name: 'broken',
    schema: 'public',
    open: async () => ({ driver: idle, dispose: async () => undefined }),
    sessions: { 'the only kind': factory },
    capabilities: {
      concurrentConnections: capability,
      terminateBackend: capability,
      lostTransaction: capability,
      statementTimeout: capability,
      notifications: capability,
      listeningSession: capability,
      borrowedClient: capability,
    },
  };
}

const COUNT = /^ran all of its \d+ cases/;

async function examine(factory: SessionFactory): Promise<{ sessions: readonly Outcome[]; count: Outcome }> {
  const runner = new BoxedRunner();
  driverConformance(runner, harness(factory));
  const outcomes = await runner.runAll();
  const count = outcomes.at(-1);
  if (count === undefined || !COUNT.test(count.name)) throw new Error('the last case does not count');
  const first = outcomes.findIndex(({ name }) => name === 'names the violated constraint');
  return { sessions: outcomes.slice(0, first), count };
}

describe('the conformance suite', () => {
  it('fails every session case, and the count, when the factory runs nothing', async () => {
    const { sessions, count } = await examine(async () => undefined);
    expect(sessions.length).toBeGreaterThan(50);
    expect(sessions.filter(({ failure }) => failure === undefined)).toEqual([]);
    expect(sessions[0]?.failure).toContain('it was called 0 times');
    expect(count.failure).toContain('never got hold of a session');
  });

  it('fails every session case when the factory swallows its failures', async () => {
    const { sessions } = await examine(async (use) => {
      await use(empty).catch(() => undefined);
    });
    // An empty answer is right for two of the cases.
    const passed = sessions.filter(({ failure }) => failure === undefined).map(({ name }) => name);
    expect(passed).toEqual([
      'gives an empty list for no rows',
      'gives an empty list for a statement that returns nothing',
    ]);
    expect(sessions[0]?.failure).toContain('swallowed its failure');
  });

  it('fails every session case when the factory does not wait', async () => {
    const { sessions } = await examine(async (use) => {
      void Promise.resolve().then(() => use(empty).catch(() => undefined));
    });
    expect(sessions.filter(({ failure }) => failure === undefined)).toEqual([]);
  });

  it('fails the count when the runner leaves a case out', async () => {
    const runner = new BoxedRunner();
    const report = driverConformance(
      runner,
      harness(async (use) => use(empty)),
    );
    expect(runner.cases.length).toBe(report.registered + 1);
    runner.cases.splice(0, 1);
    const outcomes = await runner.runAll();
    expect(report.executed()).toBe(report.registered - 1);
    expect(outcomes.at(-1)?.failure).toContain('session: the only kind: keeps an empty text');
  });

  it('reports what is declared unsupported as skipped, with the reason', () => {
    const runner = new BoxedRunner();
    const report = driverConformance(
      runner,
      harness(async (use) => use(empty), 'one connection'),
    );
    expect(runner.skipped.length).toBe(report.unsupported.length);
    expect(runner.skipped).toContain(
      'delivers nothing of a transaction that rolls back (skipped: notifications: one connection)',
    );
    expect(report.unsupported[0]?.reason).toContain('one connection');
    const all = driverConformance(
      new BoxedRunner(),
      harness(async (use) => use(empty), true),
    );
    expect(all.unsupported).toEqual([]);
    expect(all.registered).toBe(report.registered + report.unsupported.length);
  });

  it('says so in the name of the case where the runner cannot skip', () => {
    const names: string[] = [];
    const runner: TestRunner = {
      describe: (_name, define) => define(),
      it: (name: string) => names.push(name),
    };
    const { unsupported } = driverConformance(
      runner,
      harness(async (use) => use(empty)),
    );
    expect(names.filter((name) => name.includes('(skipped: ')).length).toBe(unsupported.length);
  });

  it('refuses a harness that leaves out sessions or capabilities', () => {
    const complete = harness(async (use) => use(empty));
    const refuses = (change: object, what: string): void =>
      expect(() => driverConformance(new BoxedRunner(), { ...complete, ...change })).toThrow(what);
    refuses({ sessions: {} }, 'sessions is empty');
    refuses({ schema: '' }, 'schema');
    refuses({ capabilities: {} }, 'concurrentConnections');
    refuses({ capabilities: { ...complete.capabilities, notifications: false } }, 'notifications');
    refuses({ capabilities: { ...complete.capabilities, teleport: true } }, 'teleport');
  });
});
