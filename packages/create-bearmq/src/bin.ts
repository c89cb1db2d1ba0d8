#!/usr/bin/env node
import { basename, relative, resolve } from 'node:path';
import process from 'node:process';
import { ask } from './ask.ts';
import { DEFAULT_FOLDER, DEFAULTS } from './choices.ts';
import { type Flags, HELP, readFlags, UsageError } from './flags.ts';
import { farewell } from './next-steps.ts';
import { nameOf } from './package-name.ts';
import { FolderNotEmptyError, FolderUnusableError, writeProject } from './write-project.ts';

const INTERRUPTED = 130;

/** What flags choose of a project. */
const CHOSEN = ['framework', 'client', 'database'] as const;

process.exitCode = await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<number> {
  try {
    return await create(readFlags(argv));
  } catch (error) {
    const isTold = [UsageError, FolderNotEmptyError, FolderUnusableError].some((kind) => error instanceof kind);
    if (!(isTold && error instanceof Error)) throw error;
    process.stderr.write(`error: ${error.message}\n`);
    return 2;
  }
}

async function create({ given, isSilent, wantsHelp }: Flags): Promise<number> {
  if (wantsHelp) {
    process.stdout.write(HELP);
    return 0;
  }
  const defaults = { folder: DEFAULT_FOLDER, ...DEFAULTS };
  if (!isSilent && process.stdin.isTTY !== true) {
    throw new UsageError('nobody is there to be asked: give --yes, and flags for what is not to have its default');
  }
  const answers = isSilent ? { ...defaults, ...given } : await ask(given, defaults);
  if (answers === undefined) return INTERRUPTED;
  const { folder, ...choices } = answers;
  const path = resolve(folder);
  const project = { ...choices, name: nameOf(basename(path)) };
  const files = writeProject(path, project);
  const shown = relative(process.cwd(), path) || '.';
  const assumed = (isSilent ? CHOSEN : []).filter((key) => given[key] === undefined).map((key) => `--${key}`);
  process.stdout.write(`wrote ${files.length} files into ${shown}\n\n${farewell(project, shown, assumed)}`);
  return 0;
}
