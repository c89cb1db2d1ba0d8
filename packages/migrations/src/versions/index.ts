import { thaw } from '../frozen.ts';
import type { Migration } from '../migration.ts';
import { versions } from './list.ts';

/** Every version, oldest first. */
export const migrations: readonly Migration[] = versions.map(thaw);

/** The version that {@link migrations} ends with. */
export const LATEST_VERSION: number = migrations.length;
