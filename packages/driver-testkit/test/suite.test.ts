import { describe, expect, it } from '@jest/globals';
import { driverConformance, type SessionFactory, sessionConformance, type TestRunner } from '../src/index.ts';
import { rowCases } from '../src/rows.ts';
import { scalarCases } from '../src/scalars.ts';
import { valueCases } from '../src/values.ts';
import { BoxedRunner, type Outcome } from './support/boxed-runner.ts';
import { idleHarness, idleSession } from './support/idle-driver.ts';

const working: SessionFactory = (use) => use(idleSession);

const COUNT = /^ran all of its \d+ cases/;

async function examine(factory: SessionFactory): Promise<{ sessions: readonly Outcome[]; count: Outcome }> {
  const runner = new BoxedRunner();
  const { name, sessions, print } = idleHarness(factory);
  sessionConformance(runner, { name, sessions, ...(print && { print }) });
  const outcomes = await runner.runAll();
  const count = outcomes.at(-1);
  if (count === undefined || !COUNT.test(count.name)) throw new Error('the last case does not count');
  return { sessions: outcomes.slice(0, -1), count };
}

describe('the cases for sessions', () => {
  it('fail, and the count too, when the factory runs nothing', async () => {
    const { sessions, count } = await examine(async () => undefined);
    expect(sessions.length).toBeGreaterThan(50);
    expect(sessions.filter(({ failure }) => failure === undefined)).toEqual([]);
    expect(sessions[0]?.failure).toContain('it was called 0 times');
    expect(count.failure).toContain('never got hold of a session');
  });

  it('fail when the factory swallows their failures', async () => {
    const { sessions } = await examine(async (use) => {
      await use(idleSession).catch(() => undefined);
    });
    // An empty answer is right for two of the cases.
    const passed = sessions.filter(({ failure }) => failure === undefined).map(({ name }) => name);
    expect(passed).toEqual([
      'gives an empty list for no rows',
      'gives an empty list for a statement that returns nothing',
    ]);
    expect(sessions[0]?.failure).toContain('swallowed its failure');
  });

  it('fail when the factory does not wait', async () => {
    const { sessions } = await examine(async (use) => {
      void Promise.resolve().then(() => use(idleSession).catch(() => undefined));
    });
    expect(sessions.filter(({ failure }) => failure === undefined)).toEqual([]);
  });

  it.each([
    ['driverConformance', driverConformance],
    ['sessionConformance', sessionConformance],
  ])('are run for every kind of session, all of them, by %s', (_name, conformance) => {
    const runner = new BoxedRunner();
    const kinds = ['pool', 'transaction', 'ORM'];
    const sessions = Object.fromEntries(kinds.map((kind) => [kind, working]));
    conformance(runner, { ...idleHarness(working), sessions });
    const titles = runner.titles();
    const all = [...valueCases, ...scalarCases, ...rowCases].map(({ title }) => title);
    expect(Object.keys(titles).filter((area) => area.startsWith('session: '))).toEqual(
      kinds.map((kind) => `session: ${kind}`),
    );
    for (const kind of kinds) expect(titles[`session: ${kind}`]).toEqual(all);
    expect(new Set(all).size).toBe(all.length);
  });

  it('are all that sessionConformance runs', () => {
    const runner = new BoxedRunner();
    const report = sessionConformance(runner, { name: 'idle', sessions: { 'the only kind': working } });
    expect(Object.keys(runner.titles())).toEqual(['session: the only kind', 'the suite itself']);
    expect(report).toMatchObject({ registered: runner.cases.length - 1, unsupported: [] });
  });
});

describe('the last case', () => {
  it('fails when the runner leaves a case out', async () => {
    const runner = new BoxedRunner();
    const report = driverConformance(runner, idleHarness(working));
    expect(runner.cases.length).toBe(report.registered + 1);
    runner.cases.splice(0, 1);
    const outcomes = await runner.runAll();
    expect(report.executed()).toBe(report.registered - 1);
    expect(outcomes.at(-1)?.failure).toContain('session: the only kind: keeps an empty text');
  });

  it('prints, last of all, how many cases ran, failed, and were declared unsupported', async () => {
    const runner = new BoxedRunner();
    const harness = idleHarness(working, 'one connection');
    const { registered, unsupported } = driverConformance(runner, harness);
    runner.cases.splice(0, 1);
    const outcomes = await runner.runAll();
    const failed = outcomes.slice(0, -1).filter(({ failure }) => failure !== undefined).length;
    expect(failed).toBeGreaterThan(50);
    expect(harness.printed.length).toBe(1);
    const lines = (harness.printed[0] as string).split('\n');
    expect(lines.pop()).toBe(
      `driver conformance: idle: ran ${registered - 1} of ${registered} cases, ${failed} failed, ` +
        `${unsupported.length} declared unsupported`,
    );
    expect(lines).toEqual(unsupported.map(({ title, reason }) => `unsupported: ${title} (${reason})`));
    expect(lines).toContain('unsupported: notifications: keeps channels apart (notifications: one connection)');
  });
});

describe('what is declared unsupported', () => {
  it('is reported as skipped, with the reason', () => {
    const runner = new BoxedRunner();
    const report = driverConformance(runner, idleHarness(working, 'one connection'));
    expect(runner.skipped.length).toBe(report.unsupported.length);
    expect(runner.skipped).toContain(
      'delivers nothing of a transaction that rolls back (skipped: notifications: one connection)',
    );
    const all = driverConformance(new BoxedRunner(), idleHarness(working, true));
    expect(all.unsupported).toEqual([]);
    expect(all.registered).toBe(report.registered + report.unsupported.length);
  });

  it('says so in the name of the case where the runner cannot skip', () => {
    const names: string[] = [];
    const runner: TestRunner = {
      describe: (_name, define) => define(),
      it: (name: string) => names.push(name),
    };
    const { unsupported } = driverConformance(runner, idleHarness(working));
    expect(names.filter((name) => name.includes('(skipped: ')).length).toBe(unsupported.length);
  });
});

it.each([
  ['sessions is empty', { sessions: {} }],
  ['sessions["pool"]', { sessions: { pool: null } }],
  ['name', { name: '' }],
  ['schema', { schema: '' }],
  ['open', { open: undefined }],
  ['print', { print: 'loudly' }],
  ['capabilities.concurrentConnections', { capabilities: {} }],
  ['capabilities.notifications', { capabilities: { ...idleHarness(working).capabilities, notifications: false } }],
  ['capabilities.teleport', { capabilities: { ...idleHarness(working).capabilities, teleport: true } }],
])('a harness with something wrong is refused with its place: %s', (place, change) => {
  const harness = Object.assign(idleHarness(working), change);
  expect(() => driverConformance(new BoxedRunner(), harness)).toThrow(`harness.${place}`);
});
