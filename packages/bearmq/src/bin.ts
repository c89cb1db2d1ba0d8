#!/usr/bin/env node
import process from 'node:process';
import { runCli } from '@bearmq/cli';

const exitCode = await runCli(process.argv.slice(2));
// Not only set: a pool of the program's own, in a module that was worked, may keep the process for a while.
process.stdout.write('', () => process.exit(exitCode));
