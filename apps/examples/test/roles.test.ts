import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { asAdmin, useDatabase } from './support/database.ts';
import { useExamples } from './support/example.ts';
import { expectTidy } from './support/tidy.ts';

const start = useExamples();
const database = useDatabase();
// Roles belong to the whole server, and can go only when the database with their grants is gone: this hook is the last.
const suffix = randomBytes(5).toString('hex');
const web = { name: `bearmq_web_${suffix}`, password: 'secret' };
const workers = { name: `bearmq_workers_${suffix}`, password: 'secret' };
beforeEach(async () => {
  for (const { name, password } of [web, workers]) await asAdmin(`create role ${name} login password '${password}'`);
});
afterEach(async () => {
  for (const { name } of [web, workers]) await asAdmin(`drop role ${name}`);
});

it('roles with the rights that the page about roles names can do all that a program does', async () => {
  const env = { WEB_ROLE: web.name, WORKERS_ROLE: workers.name };
  expect(await start('roles', database.url(), { env }).ended()).toBe(0);

  const producer = start('serverless', database.url(web));
  expect(await producer.ended()).toBe(0);
  await database.rows('delete from _bearmq.job');

  const groups = start('job-groups', database.url(workers));
  await groups.prints(/: end/, 3);
  expect(await groups.stop()).toBe(0);
  await expectTidy(database);

  await database.age(86_401);
  const orchestrator = start('orchestrator', database.url(workers));
  await orchestrator.prints('ORCHESTRATOR_JOB_DELETE', 3);
  await orchestrator.prints('ORCHESTRATOR_JOB_GROUP_DELETE', 2);
  expect(await orchestrator.stop()).toBe(0);

  const repeating = start('repeating', database.url(workers));
  await repeating.prints('rates refreshed');
  expect(await repeating.stop()).toBe(0);
  await expectTidy(database);
  const output = [producer, groups, orchestrator, repeating].map((example) => example.output()).join('');
  expect(output).not.toMatch(/permission denied|DAEMON_ERROR/);
});
