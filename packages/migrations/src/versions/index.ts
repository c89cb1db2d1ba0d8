import type { Migration } from '../migration.ts';
import { initial } from './0001-initial/index.ts';

/** Every version, oldest first. */
export const migrations: readonly Migration[] = [initial];

/** The version that {@link migrations} ends with. */
export const LATEST_VERSION: number = migrations.length;
