import 'reflect-metadata';
// #region nest
import { nodeHandler } from '@bearmq/dashboard/node';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from './app.module.ts';
import { dashboard } from './dashboard.ts';

export async function create(): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(AppModule);
  app.use('/admin/jobs', nodeHandler(dashboard));
  return app;
}
// #endregion nest
