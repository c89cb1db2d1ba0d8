import { describe, expect, it } from '@jest/globals';
import { capabilities } from '../examples/polling-capabilities.ts';
import { driverConformance, sessionConformance } from '../src/index.ts';
import { BoxedRunner } from './support/boxed-runner.ts';
import { type Ended, runNode } from './support/child.ts';
import { idleHarness } from './support/idle-driver.ts';

const FIXTURES = 'test/fixtures/runners';
const LIMIT_MS = 100_000;

/** How each runner is started, and how many lines it puts behind those that a case prints, other than its failures. */
const runners: Readonly<Record<string, { readonly args: readonly string[]; readonly linesBehind: number }>> = {
  'node:test': { args: ['--test', `${FIXTURES}/node-test.mjs`], linesBehind: 45 },
  mocha: { args: ['node_modules/mocha/bin/mocha.js', '--timeout=20000', `${FIXTURES}/mocha.mjs`], linesBehind: 7 },
  vitest: {
    args: ['node_modules/vitest/vitest.mjs', 'run', `--root=${FIXTURES}`, '--config=vitest.config.mjs'],
    linesBehind: 9,
  },
  // Of a single file, jest lists all cases behind what they print.
  jest: {
    args: ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', `--config=${FIXTURES}/jest.config.mjs`],
    linesBehind: 160,
  },
};

const harness = { ...idleHarness(async () => undefined), capabilities };
const ofDriver = driverConformance(new BoxedRunner(), harness);
const ofSession = sessionConformance(new BoxedRunner(), harness);

describe.each(Object.entries(runners))('a conformance run on %s', (_runner, { args, linesBehind }) => {
  const run = (kind: 'sound' | 'faulty' | 'narrowed'): Promise<Ended> => runNode(args, { TESTKIT_RUN: kind });

  it(
    'succeeds with a sound driver, and says at the end how much ran, and what was declared unsupported',
    async () => {
      const { code, output } = await run('sound');
      expect({ code, output }).toMatchObject({ code: 0 });
      const { registered: n, unsupported } = ofDriver;
      const closing = `driver conformance: polling: ran ${n} of ${n} cases, 0 failed, ${unsupported.length} declared unsupported`;
      expect(output).toContain(closing);
      for (const { title, reason } of unsupported) expect(output).toContain(`unsupported: ${title} (${reason})`);
      expect(output.slice(output.lastIndexOf(closing)).split('\n').length - 1).toBeLessThanOrEqual(linesBehind);
    },
    LIMIT_MS,
  );

  it(
    'fails with a faulty session, and says how many cases failed',
    async () => {
      const { code, output } = await run('faulty');
      expect(code).not.toBe(0);
      const { registered: n } = ofSession;
      expect(output).toMatch(`session conformance: forgetful: ran ${n} of ${n} cases, 15 failed, 0 declared`);
    },
    LIMIT_MS,
  );

  it(
    'fails when the runner left a case out, and names it',
    async () => {
      const { code, output } = await run('narrowed');
      expect(code).not.toBe(0);
      const { registered: n } = ofSession;
      expect(output).toMatch(`session conformance: polling: ran ${n - 1} of ${n} cases, 0 failed, 0 declared`);
      expect(output).toContain('session: pool: keeps booleans');
    },
    LIMIT_MS,
  );
});
