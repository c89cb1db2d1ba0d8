import { cliPage } from './cli.ts';
import { errorsPage } from './errors.ts';
import { eventsPage } from './events.ts';
import { httpApiPage } from './http-api.ts';
import { metricsPage } from './metrics.ts';
import { openApi } from './openapi.ts';
import { optionsPage } from './options.ts';
import { sqlPage } from './sql.ts';

/**
 * The pages of `reference` that are made of the code, by name. They are kept in git: documents elsewhere link to them, and a
 * review shows what a change of the code changes for users. A test compares them with what is made now.
 */
export async function madePages(): Promise<Readonly<Record<string, string>>> {
  return {
    options: await optionsPage(),
    events: eventsPage(),
    errors: errorsPage(),
    cli: cliPage(),
    'http-api': httpApiPage(openApi()),
    metrics: metricsPage(),
    sql: sqlPage(),
  };
}
