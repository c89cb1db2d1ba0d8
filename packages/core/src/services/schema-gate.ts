import type { Driver } from '../driver/index.ts';
import { SchemaVersionError } from '../errors.ts';
import type { Tables } from '../schema/index.ts';
import { checkSchemaVersion, REQUIRED_SCHEMA_VERSION } from '../statements/read-schema-version.ts';

/** Whether the schema is one that this package works with: asked once, by whoever comes first. */
export class SchemaGate {
  readonly #driver: Driver;
  readonly #tables: Tables;
  readonly #warn: (message: string) => void;
  #check: Promise<void> | undefined;

  /** @param warn is told when the schema is newer than this package. */
  constructor(driver: Driver, tables: Tables, warn: (message: string) => void) {
    this.#driver = driver;
    this.#tables = tables;
    this.#warn = warn;
  }

  /**
   * Checks once that the schema is there and new enough; a check that failed is made again.
   *
   * @throws SchemaVersionError when the schema is missing, too old, or made for later packages only.
   */
  readonly checkSchema = (): Promise<void> => {
    this.#check ??= checkSchemaVersion(this.#driver, this.#tables).then(
      (found) => this.#warnIfNewer(found),
      (error: unknown) => {
        this.#check = undefined;
        throw error;
      },
    );
    return this.#check;
  };

  /**
   * What to tell of when the database said that something of ours does not exist: a `SchemaVersionError` where the
   * schema, asked anew, is not one that this package works with; else what the database said.
   */
  readonly whyMissing = async (error: unknown): Promise<unknown> => {
    this.#check = undefined; // the schema was changed since
    return await this.checkSchema().then(
      () => error,
      (problem: unknown) => (problem instanceof SchemaVersionError ? problem : error),
    );
  };

  #warnIfNewer(found: number): void {
    if (found <= REQUIRED_SCHEMA_VERSION) return;
    this.#warn(
      `the schema ${JSON.stringify(this.#tables.schemaName)} is at version ${found}, and this BearMQ ` +
        `is made for version ${REQUIRED_SCHEMA_VERSION}: it goes on working, but upgrade the bearmq package soon`,
    );
  }
}
