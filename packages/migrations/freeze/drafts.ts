import type { Migration } from '../src/migration.ts';
import { livingSchema } from '../src/schema/index.ts';

/**
 * The versions that no release has yet, oldest first, as `freeze` makes their texts. The first is the whole schema; one
 * after it is what brings the schema from the version before to `src/schema` as it is now: its statements are written
 * here, but for those of functions, which are imported from there.
 *
 * A version that is released leaves this list with the next change of the schema. Its text stays.
 */
export const drafts: readonly Migration[] = [{ version: 1, name: 'initial', statements: livingSchema }];
