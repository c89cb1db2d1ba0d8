// #region express
import { nodeHandler } from '@bearmq/dashboard/node';
import express, { type Express } from 'express';
import { dashboard } from './dashboard.ts';

export const app: Express = express();
app.use('/admin/jobs', nodeHandler(dashboard));
// #endregion express
