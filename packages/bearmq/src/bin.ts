#!/usr/bin/env node
import process from 'node:process';
import { type ExitCode, runCli } from '@bearmq/cli';

const INTERRUPTED: ExitCode = 130;

// Whoever read it has had enough, as `| head -1` has: nothing went wrong, and nobody is there to be told.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(INTERRUPTED);
  });
}

const exitCode = await runCli(process.argv.slice(2));
// Not only set: a pool of the program's own, in a module that was worked, may keep the process for a while.
process.stdout.write('', () => process.exit(exitCode));
