import assert from 'node:assert/strict';
import type { PlannedCase } from './cases.ts';
import type { ConformanceReport, TestRunner } from './harness.ts';
import { CASE_LIMIT_MS } from './waiting.ts';

/**
 * Registers planned cases, area by area, and behind them the case that proves that they ran and prints the closing
 * lines.
 */
export function registerSuite(
  runner: TestRunner,
  title: string,
  plan: readonly PlannedCase[],
  // biome-ignore lint/suspicious/noConsole: how much ran is what the author of a driver starts this suite to see.
  print: (text: string) => void = console.log,
): ConformanceReport {
  const progress = new Progress(title, plan);
  runner.describe(title, () => {
    for (const area of new Set(plan.map((one) => one.area))) {
      runner.describe(area, () => {
        for (const one of plan) if (one.area === area) register(runner, one, progress);
      });
    }
    runner.describe('the suite itself', () => {
      const { supported, unsupported } = progress;
      const name = `ran all of its ${supported.length} cases (${unsupported.length} declared unsupported)`;
      const count = async (): Promise<void> => {
        print(progress.closingLines());
        const missing = progress.missing();
        assert.deepEqual(missing, [], 'these cases were registered, but never got hold of a session or driver');
      };
      runner.it(name, count, CASE_LIMIT_MS);
    });
  });
  return {
    registered: progress.supported.length,
    unsupported: progress.unsupported,
    executed: () => progress.begun.size,
  };
}

function register({ it }: TestRunner, one: PlannedCase, progress: Progress): void {
  if (one.unsupported === undefined) {
    it(one.title, () => progress.run(one), CASE_LIMIT_MS);
    return;
  }
  const skip = it.skip?.bind(it) ?? it;
  skip(`${one.title} (skipped: ${one.unsupported})`, async () => undefined, CASE_LIMIT_MS);
}

/** Which cases have begun and failed so far. */
class Progress {
  readonly supported: readonly PlannedCase[];
  readonly unsupported: ConformanceReport['unsupported'];
  readonly begun = new Set<PlannedCase>();
  readonly #title: string;
  readonly #failed = new Set<PlannedCase>();

  constructor(title: string, plan: readonly PlannedCase[]) {
    this.#title = title;
    this.supported = plan.filter(({ unsupported }) => unsupported === undefined);
    this.unsupported = plan.flatMap((one) =>
      one.unsupported === undefined ? [] : [{ title: fullTitle(one), reason: one.unsupported }],
    );
  }

  async run(one: PlannedCase): Promise<void> {
    try {
      await one.run(() => this.begun.add(one));
    } catch (error) {
      this.#failed.add(one);
      throw error;
    }
  }

  missing(): readonly string[] {
    return this.supported.filter((one) => !this.begun.has(one)).map(fullTitle);
  }

  closingLines(): string {
    const counts = [
      `ran ${this.begun.size} of ${this.supported.length} cases`,
      `${this.#failed.size} failed`,
      `${this.unsupported.length} declared unsupported`,
    ];
    const gaps = this.unsupported.map(({ title, reason }) => `unsupported: ${title} (${reason})`);
    return [...gaps, `${this.#title}: ${counts.join(', ')}`].join('\n');
  }
}

function fullTitle({ area, title }: PlannedCase): string {
  return `${area}: ${title}`;
}
