// #region fastify
import { bearDashboard } from '@bearmq/dashboard/fastify';
import fastify from 'fastify';
import { dashboard } from './dashboard.ts';

export const app = fastify();
await app.register(bearDashboard, { prefix: '/admin/jobs', dashboard });
// #endregion fastify
