import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { asAdmin, useDatabase } from './support/database.ts';
import { useExamples } from './support/example.ts';
import { regions } from './support/readme.ts';
import { expectTidy } from './support/tidy.ts';

const start = useExamples();
const database = useDatabase();
// Roles belong to the whole server, and can go only when the database with their grants is gone: this hook is the last.
const role = { name: `bearmq_app_${randomBytes(5).toString('hex')}`, password: 'secret' };
beforeEach(() => asAdmin(`create role ${role.name} login password '${role.password}'`));
afterEach(() => asAdmin(`drop role ${role.name}`));

it('a role with the rights that the README names can do all that a program does', async () => {
  const grants = (regions('.sql').get('roles') as string).replaceAll('my_app', role.name);
  await database.pool.query(grants);

  const groups = start('job-groups', database.url(role));
  await groups.prints(/: end/, 3);
  expect(await groups.stop()).toBe(0);
  await expectTidy(database);

  await database.age(86_401);
  const orchestrator = start('orchestrator', database.url(role));
  await orchestrator.prints('ORCHESTRATOR_JOB_DELETE', 3);
  await orchestrator.prints('ORCHESTRATOR_JOB_GROUP_DELETE', 2);
  expect(await orchestrator.stop()).toBe(0);

  const repeating = start('repeating', database.url(role));
  await repeating.prints('rates refreshed');
  expect(await repeating.stop()).toBe(0);
  await expectTidy(database);
  expect(groups.output() + orchestrator.output() + repeating.output()).not.toMatch(/permission denied|DAEMON_ERROR/);
});
