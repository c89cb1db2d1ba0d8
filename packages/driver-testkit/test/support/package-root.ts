import { join } from 'node:path';

/** The folder of this package. */
export const ROOT: string = join(import.meta.dirname, '../..');
