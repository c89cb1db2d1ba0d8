import type { SqlSession } from '@bearmq/core/driver';
import { rolledBack } from '@bearmq/test-database/driver-tests';
import { expect, it } from '@jest/globals';
import { diagnose, generateGrantSql, generateMigrationSql, migrate, migrationStatus } from 'bearmq';
import { useSchema } from '../support/database.ts';
import { FUZZ_TIMEOUT_MS, fuzz, worksOrIsRefused } from './support/fuzz.ts';
import { anyValue, changed, made, optionsLike } from './support/values.ts';

const schema = useSchema();

/** As if each statement were by itself: what one fails with undoes no other. */
function oneByOne(tx: SqlSession): SqlSession {
  const say = (text: string) => tx.run({ name: 'bearmq_test', text, values: [] });
  return {
    run: async (statement) => {
      await say('savepoint one');
      try {
        return await tx.run(statement);
      } catch (error) {
        await say('rollback to savepoint one');
        throw error;
      }
    },
  };
}

/** What is made in it is gone afterwards, whatever it is called. */
async function undone(work: (tx: SqlSession) => Promise<void>): Promise<void> {
  const driver = schema.driver();
  await rolledBack((inside: (tx: SqlSession) => Promise<void>) => driver.transaction(inside), work);
}

it(
  'any schema name gives SQL that the server takes, or is refused',
  async () => {
    await fuzz('generateMigrationSql', 0.05, anyValue, async (drawn, tally) => {
      await undone(async (tx) => {
        await worksOrIsRefused(tally, async () => {
          for (const text of generateMigrationSql(made(drawn) as never)) {
            await tx.run({ name: 'bearmq_test', text, values: [] });
          }
        });
      });
    });
  },
  FUZZ_TIMEOUT_MS,
);

it(
  'any options of generateGrantSql give SQL that the server takes, or are refused',
  async () => {
    const right = { schema: schema.name, role: 'fuzzed', to: 'worker' };
    await fuzz('generateGrantSql', 0.05, optionsLike('role', 'to', 'role'), async (how, tally) => {
      await undone(async (tx) => {
        await worksOrIsRefused(tally, async () => {
          const options: { role: string } = changed(right, how);
          const texts = generateGrantSql(options as never);
          const { role } = options;
          if (role.startsWith('pg_')) return; // PostgreSQL's own: some are there, and no other can be made
          const text = `create role "${role.replaceAll('"', '""')}"`;
          await tx.run({ name: 'bearmq_test', text, values: [] });
          for (const text of texts) await tx.run({ name: 'bearmq_test', text, values: [] });
        });
      });
    });
  },
  FUZZ_TIMEOUT_MS,
);

it(
  'any options of migrate and migrationStatus work, or are refused',
  async () => {
    await fuzz('migrate', 0.08, optionsLike('driver', 'schema', 'schema'), async (how, tally) => {
      await undone(async (tx) => {
        await worksOrIsRefused(tally, async () => {
          const options = changed({ driver: oneByOne(tx), schema: schema.name }, how);
          await migrate(options);
          const { pending } = await migrationStatus(options);
          expect(pending).toEqual([]);
        });
      });
    });
  },
  FUZZ_TIMEOUT_MS,
);

it(
  'any options of diagnose work, or are refused',
  async () => {
    await fuzz(
      'diagnose',
      0.06,
      optionsLike('driver', 'schema', 'patienceSecs', 'patienceSecs'),
      async (how, tally) => {
        await worksOrIsRefused(tally, () =>
          diagnose(changed({ driver: schema.driver(), schema: schema.name, patienceSecs: 5 }, how)),
        );
      },
    );
  },
  FUZZ_TIMEOUT_MS,
);
