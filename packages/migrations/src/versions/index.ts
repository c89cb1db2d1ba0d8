import type { Migration } from '../migration.ts';
import { livingSchema } from '../schema/index.ts';

/** Every version, oldest first. */
export const migrations: readonly Migration[] = [{ version: 1, name: 'initial', statements: livingSchema }];

/** The version that {@link migrations} ends with. */
export const LATEST_VERSION: number = migrations.length;
