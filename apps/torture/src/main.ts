import { setMaxListeners } from 'node:events';
import { rmSync } from 'node:fs';
import type { Fault } from './faults/fault.ts';
import { FAILOVER_FAULTS, FAULTS } from './faults/index.ts';
import { runFigures } from './figures/run-figures.ts';
import { HELP, type Options, parseOptions } from './options.ts';
import { judge } from './run/judge.ts';
import { playRound } from './run/round.ts';
import { schedule } from './run/schedule.ts';
import { NO_REPLICATION, replicatingBinaries } from './run/standby.ts';
import { accusation, summary, wholeAccusation } from './run/summary.ts';

const interrupted = new AbortController();
setMaxListeners(0, interrupted.signal); // figures wait for many things at once
process.once('SIGINT', () => interrupted.abort(new Error('interrupted')));
process.once('SIGTERM', () => interrupted.abort(new Error('interrupted')));

const options = parseOptions(process.argv.slice(2));
if (options.mode === 'help') process.stdout.write(HELP);
else if (options.mode === 'list') list();
else if (options.mode === 'judge') process.exitCode = judgeAgain(options.folder);
else if (options.mode === 'figures') process.exitCode = await runFigures(options.figures, interrupted.signal);
else if (options.faults.some(({ needs }) => needs === 'standby') && replicatingBinaries() === undefined)
  console.log(NO_REPLICATION);
else process.exitCode = await torture(options);

function list(): void {
  for (const { name, about, needs } of new Set([...FAULTS, ...FAILOVER_FAULTS])) {
    console.log(`${name.padEnd(20)} ${about}${needs === undefined ? '' : '; with --failover'}`);
  }
}

/** Returns the exit code. */
function judgeAgain(folder: string): number {
  const judgement = judge(folder);
  console.log([...wholeAccusation(judgement), `violations: ${judgement.violations.length}`].join('\n'));
  return judgement.violations.length === 0 ? 0 : 1;
}

/** Resolves to the exit code. */
async function torture({ seed: firstSeed, secs, rounds, faults, ledgers }: Options): Promise<number> {
  let broken = 0;
  for (let round = 0; round < rounds; round += 1) {
    const seed = firstSeed + round;
    const names = optionFor(faults);
    const again = `pnpm torture --seed ${seed} --secs ${secs}${names}`;
    console.log(`${again}\n  faults: ${faults.map(({ name }) => name).join(', ') || 'none'}`);
    const startedAt = performance.now();
    const note = (text: string): void => {
      process.stderr.write(`${((performance.now() - startedAt) / 1000).toFixed(1).padStart(6)} s  ${text}\n`);
    };
    const result = await playRound({
      seed,
      secs,
      strikes: schedule(faults, seed, secs),
      note,
      interrupted: interrupted.signal,
    });
    console.log(summary(result).join('\n'));
    const { violations, explain, folder } = result;
    if (violations.length > 0) {
      console.log(accusation(violations, explain).join('\n'));
      console.log(`Again: ${again}\nThe ledgers are in ${folder}; all of it: pnpm torture --judge ${folder}`);
      broken += 1;
    } else if (ledgers === 'keep') console.log(`The ledgers are in ${folder}`);
    else rmSync(folder, { recursive: true });
  }
  return broken === 0 ? 0 : 1;
}

/** What chooses these faults. */
function optionFor(faults: readonly Fault[]): string {
  const isAll = (all: readonly Fault[]): boolean =>
    faults.length === all.length && faults.every((fault) => all.includes(fault));
  if (isAll(FAULTS)) return '';
  if (isAll(FAILOVER_FAULTS)) return ' --failover';
  return faults.length === 0 ? ' --none' : ` --only ${faults.map(({ name }) => name)}`;
}
