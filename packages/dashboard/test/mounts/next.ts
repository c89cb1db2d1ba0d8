// #region next
// app/admin/jobs/[[...path]]/route.ts
import { nextDashboard } from '@bearmq/dashboard/next';
import { dashboard } from './dashboard.ts';

export const { GET, HEAD, POST } = nextDashboard(dashboard, '/admin/jobs');
// #endregion next
