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

/**
 * Writes a project into a folder, which is made where it is not there.
 *
 * @returns the files, relative to the folder.
 * @throws FolderNotEmptyError for one with anything in it but `.git`: nothing was written.
 */
export function writeProject(folder: string, choices: ProjectChoices): readonly string[] {
  if (existsSync(folder) && readdirSync(folder).some((file) => file !== '.git')) throw new FolderNotEmptyError(folder);
  const files = filesOf(choices, readRelease());
  for (const { path, content } of files) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content, { flag: 'wx' });
  }
  return files.map(({ path }) => path);
}
