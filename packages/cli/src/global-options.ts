import { choice, duration, type OptionsOf, text, timeZone, toggle } from './options.ts';

/** What every command takes. */
export interface GlobalOptions {
  readonly databaseUrl: string | undefined;
  readonly schema: string | undefined;
  readonly config: string | undefined;
  readonly json: boolean;
  readonly plain: boolean;
  readonly color: 'auto' | 'always' | 'never' | undefined;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly timeZone: string | undefined;
  /** In seconds. */
  readonly timeout: number | undefined;
}

export const globalOptions: OptionsOf<GlobalOptions> = {
  databaseUrl: text(
    'url',
    'the database; else BEARMQ_DATABASE_URL, the config file, DATABASE_URL, PGHOST and so on; .env of this folder is read',
    'd',
  ),
  schema: text('name', 'the schema; else BEARMQ_SCHEMA, the config file, or _bearmq', 's'),
  config: text('file', 'the config file; else the nearest bearmq.config.{ts,mts,mjs,js,json}'),
  json: toggle('one JSON document on standard output'),
  plain: toggle('tables with tabs between the columns'),
  color: choice('colours (default: auto)', ['auto', 'always', 'never']),
  quiet: toggle('no progress and no remarks on standard error'),
  verbose: toggle('the stack of an error, too'),
  timeZone: timeZone('the time zone that moments are shown in (default: UTC)'),
  timeout: duration('how long to wait for the database (default: 10s)', ['0.1s', '1h']),
};
