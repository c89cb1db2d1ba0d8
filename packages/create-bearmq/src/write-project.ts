import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ProjectChoices } from './choices.ts';
import { filesOf } from './project.ts';
import { readRelease } from './release.ts';

/** The folder cannot hold a new project. */
export class FolderNotEmptyError extends Error {
  override readonly name = 'FolderNotEmptyError';

  constructor(folder: string) {
    super(`${folder}: is there and not empty: give another folder, or empty it`);
  }
}

/** The system does not let the folder be made, or written into. */
export class FolderUnusableError extends Error {
  override readonly name = 'FolderUnusableError';

  constructor(folder: string, cause: Error) {
    super(`${folder}: cannot be written: ${cause.message}: give a folder that can be made`, { cause });
  }
}

/**
 * Writes a project into a folder, which is made where it is not there.
 *
 * @returns the files, relative to the folder.
 * @throws FolderNotEmptyError for one with anything in it but `.git`: nothing was written.
 * @throws FolderUnusableError where the system refuses.
 */
export function writeProject(folder: string, choices: ProjectChoices): readonly string[] {
  const files = filesOf(choices, readRelease());
  try {
    if (existsSync(folder) && readdirSync(folder).some((file) => file !== '.git')) {
      throw new FolderNotEmptyError(folder);
    }
    for (const { path, content } of files) {
      const file = join(folder, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content, { flag: 'wx' });
    }
  } catch (error) {
    if (error instanceof Error && 'syscall' in error) throw new FolderUnusableError(folder, error);
    throw error;
  }
  return files.map(({ path }) => path);
}
