export type { Client, Database, Framework, ProjectChoices } from './choices.ts';
export { FolderNotEmptyError, writeProject } from './write-project.ts';
