/** What a `bearmq.config.ts` says. All of it can be said by options and the environment too. */
export interface CliConfig {
  /** The address of the database. Better left to the environment where it holds a password. */
  readonly databaseUrl?: string;
  /** The schema that the migrations were applied to. @defaultValue `_bearmq` */
  readonly schema?: string;
  /** The module that `bearmq work` runs where none is named, relative to the config file. */
  readonly module?: string;
}

/**
 * Gives a config file its type.
 *
 * @example
 * export default defineConfig({ schema: '_bearmq', module: './src/jobs.ts' });
 */
export function defineConfig(config: CliConfig): CliConfig {
  return config;
}
