import type { HealthAnswer } from '../../api-types.ts';
import { healthOf } from '../health.ts';
import { isoOf } from '../job-rows.ts';
import { notFound } from '../refusal.ts';
import type { Call, Route } from '../route.ts';

export const healthRoutes: readonly Route[] = [{ method: 'GET', path: 'health', channels: 'refused', handle: health }];

async function health({ source, cache }: Call): Promise<HealthAnswer> {
  const found = await healthOf(source, cache);
  if (found === undefined) throw notFound('health of a context of @bearmq/core: make the dashboard with one of bearmq');
  const { isHealthy, findings, migrations, tables, horizon } = found;
  const sizes = tables.map((table) => ({ ...table, vacuumedAt: isoOf(table.vacuumedAt) }));
  return { isHealthy, findings, migrations, tables: sizes, horizon };
}
