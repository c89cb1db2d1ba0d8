export { fromPglite } from './from-pglite.ts';
export { type PgliteDriverOptions, pgliteDriver } from './pglite-driver.ts';
export type { PgliteDatabase, PgliteQueryable, PgliteQueryOptions, PgliteTransaction } from './pglite-types.ts';
