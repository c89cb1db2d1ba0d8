import type { TestSchema } from './database.ts';

/**
 * Has all worker processes be silent for so many seconds, and watched meanwhile: whoever looks next may rescue. One that
 * renews its lease before that is alive again.
 */
export async function lapse(schema: TestSchema, secs: number): Promise<void> {
  await schema.age(secs, 'process');
  await schema.rows(`update {s}.process set watched_from = now() - interval '1 minute', watched_at = now()`);
}
