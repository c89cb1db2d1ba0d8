export type { Client, Database, Framework, ProjectChoices } from './choices.ts';
export { FolderNotEmptyError, FolderUnusableError, writeProject } from './write-project.ts';
