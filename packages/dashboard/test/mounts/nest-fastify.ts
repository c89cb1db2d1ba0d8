import 'reflect-metadata';
// #region nest-fastify
import { bearDashboard } from '@bearmq/dashboard/fastify';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.ts';
import { dashboard } from './dashboard.ts';

export async function create(): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter());
  await app.register(bearDashboard, { prefix: '/admin/jobs', dashboard });
  return app;
}
// #endregion nest-fastify
