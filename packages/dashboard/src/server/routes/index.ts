import type { Route } from '../route.ts';
import { bulkRoutes } from './bulk.ts';
import { explainRoutes } from './explain.ts';
import { failureRoutes } from './failures.ts';
import { groupRoutes } from './groups.ts';
import { healthRoutes } from './health.ts';
import { jobActionRoutes } from './job-actions.ts';
import { jobOutputRoutes } from './job-output.ts';
import { jobRoutes } from './jobs.ts';
import { laneRoutes } from './lanes.ts';
import { metaRoutes } from './meta.ts';
import { overviewRoutes } from './overview.ts';
import { pauseRoutes } from './pauses.ts';
import { processRoutes } from './processes.ts';
import { scheduleRoutes } from './schedules.ts';
import { seriesRoutes } from './series.ts';

/** All that the API does. A new resource is a file of its own, and a line here. */
export const ROUTES: readonly Route[] = [
  ...metaRoutes,
  ...overviewRoutes,
  ...seriesRoutes,
  ...laneRoutes,
  ...jobRoutes,
  ...jobOutputRoutes,
  ...explainRoutes,
  ...jobActionRoutes,
  ...bulkRoutes,
  ...failureRoutes,
  ...groupRoutes,
  ...scheduleRoutes,
  ...processRoutes,
  ...pauseRoutes,
  ...healthRoutes,
];
