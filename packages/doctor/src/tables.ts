import { EXPECTED } from './expected-objects.ts';

/** The names of the tables that the migrations make. */
export const OUR_TABLES: readonly string[] = EXPECTED.filter(([type]) => type === 'table').map(([, table]) => table);
