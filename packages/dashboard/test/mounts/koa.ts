// #region koa
import { koaDashboard } from '@bearmq/dashboard/koa';
import Koa from 'koa';
import { dashboard } from './dashboard.ts';

export const app = new Koa();
app.use(koaDashboard('/admin/jobs', dashboard));
// #endregion koa
