import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** A page of a browser, as playwright has it. */
export interface EvaluatingPage {
  evaluate(script: string): Promise<unknown>;
}

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

const RUN = `axe.run({ runOnly: ['wcag2a', 'wcag2aa'], resultTypes: ['violations'] })`;

/**
 * What WCAG 2.0 A and AA forbid, and the page has; one line for each place. axe is evaluated, since a policy may refuse
 * script elements.
 */
export async function violationsOf(page: EvaluatingPage): Promise<readonly string[]> {
  await page.evaluate(readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
  const { violations } = (await page.evaluate(RUN)) as { readonly violations: readonly Violation[] };
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`),
  );
}
