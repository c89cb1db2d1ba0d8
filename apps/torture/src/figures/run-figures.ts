import { blocked } from './blocked.ts';
import { type Figure, type FigureOptions, figureText } from './figure.ts';
import { recovery } from './recovery.ts';
import { rerun } from './rerun.ts';
import { soak } from './soak.ts';

/** What can be measured by name, and takes a few minutes at most. */
export const FIGURES: Readonly<Record<string, (options: FigureOptions) => Promise<Figure>>> = {
  rerun: async (options) => await rerun({ ...options, kills: 50, settings: {} }),
  blocked: async (options) => await blocked({ ...options, blockMs: 60_000, settings: {} }),
  recovery: async (options) => await recovery({ ...options, downsMs: [0, 1_000, 5_000, 10_000, 20_000] }),
};

/** Measures one after the other, and prints Markdown. Resolves to the exit code: 1 if a promise was missed. */
export async function runFigures(
  { names, soakMinutes }: { readonly names: readonly string[]; readonly soakMinutes: number | null },
  interrupted: AbortSignal,
): Promise<number> {
  const startedAt = performance.now();
  const note = (text: string): void => {
    process.stderr.write(`${((performance.now() - startedAt) / 1000).toFixed(1).padStart(6)} s  ${text}\n`);
  };
  const options = { note, interrupted };
  const measures = [
    ...names.map((name) => FIGURES[name]),
    ...(soakMinutes === null ? [] : [async () => await soak(soakMinutes, options)]),
  ];
  let missed = 0;
  for (const measure of measures) {
    const figure = await measure?.(options);
    if (figure === undefined) continue;
    console.log(`\n${figureText(figure)}`);
    missed += figure.missed.length;
  }
  return missed === 0 ? 0 : 1;
}
