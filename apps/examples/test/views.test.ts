import { describe, expect, it } from '@jest/globals';
import { SCHEMA, useDatabase } from './support/database.ts';
import { readSource } from './support/documents.ts';
import { regions } from './support/regions.ts';
import { table } from './support/tables.ts';

describe('the views', () => {
  const database = useDatabase();
  const rows = database.rows;

  it('are read by the queries of the page about them', async () => {
    const region = [...regions('.sql').values()].find((sql) => sql.includes(`${SCHEMA}.queues`)) ?? '';
    await rows(`select ${SCHEMA}.enqueue('SEND_RECEIPT', 'null'::json)`);
    const [failed, queues] = region.split(';') as [string, string];
    expect(await rows(failed)).toEqual([]);
    expect(await rows(queues)).toMatchObject([
      { channel: 'DEFAULT', job_name: 'SEND_RECEIPT', ready: '1', running: '0' },
    ]);
  });

  it.each(['jobs', 'queues'])('have the columns that the page tells of: %s', async (view) => {
    const columns = await rows(
      `select attname::text as name from pg_attribute where attrelid = $1::regclass and attnum > 0 order by attnum`,
      [`${SCHEMA}.${view}`],
    );
    const listed = table('operate/sql-views', `## \`${view}\``).flatMap(([names = '']) =>
      [...names.matchAll(/`(\w+)`/g)].map(([, name]) => name),
    );
    expect(listed).toEqual(columns.map(({ name }) => name));
    expect(readSource('packages/core/src/sessions/bear-tables.ts')).toContain(`readonly ${view}:`);
  });
});
