// #region hono
import { Hono } from 'hono';
import { dashboard } from './dashboard.ts';

export const app = new Hono();
app.all('/admin/jobs', (c) => dashboard.fetch(c.req.raw, '/admin/jobs'));
app.all('/admin/jobs/*', (c) => dashboard.fetch(c.req.raw, '/admin/jobs'));
// #endregion hono
