import type { TestRunner } from '../../src/index.ts';

/** How a case ended. */
export interface Outcome {
  readonly name: string;
  readonly failure?: string;
}

interface BoxedCase {
  readonly area: string;
  readonly name: string;
  readonly run: () => Promise<void>;
}

/** A runner in a box: collects the cases, and runs them when told to. */
export class BoxedRunner implements TestRunner {
  readonly cases: BoxedCase[] = [];
  readonly skipped: string[] = [];
  readonly #groups: string[] = [];

  readonly describe = (name: string, define: () => void): void => {
    this.#groups.push(name);
    define();
    this.#groups.pop();
  };
  readonly it: TestRunner['it'] = Object.assign(
    (name: string, run: () => Promise<void>) => this.cases.push({ area: this.#groups.at(-1) ?? '', name, run }),
    { skip: (name: string) => this.skipped.push(name) },
  );

  /** The titles of the cases of each innermost group. */
  titles(): Readonly<Record<string, readonly string[]>> {
    const titles: Record<string, string[]> = {};
    for (const { area, name } of this.cases) {
      titles[area] ??= [];
      titles[area].push(name);
    }
    return titles;
  }

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
