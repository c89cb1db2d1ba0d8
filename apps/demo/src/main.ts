import process from 'node:process';
import { runDemo } from './demo.ts';
import { DemoError } from './errors.ts';
import { HELP, readOptions } from './options.ts';
import { Screen } from './screen.ts';
import { INTERRUPTED, onInterrupt } from './stop.ts';

const interrupted = onInterrupt();
try {
  const options = readOptions(process.argv.slice(2), process.env);
  if (options === 'help') process.stdout.write(HELP);
  else process.exitCode = await runDemo(options, new Screen(process.stdout, process.env), interrupted);
} catch (error) {
  // Only what nobody foresaw is told with its stack.
  process.stderr.write(`${error instanceof DemoError ? error.message : describe(error)}\n`);
  process.exit(interrupted.aborted ? INTERRUPTED : 1); // whatever still runs goes with the process
}

function describe(error: unknown): string {
  return `The demo has a fault: ${error instanceof Error ? error.stack : String(error)}`;
}
