import { InvalidOptionError, PayloadError, type PayloadIssue } from '../../errors.ts';
import { endingJob } from '../../job-errors.ts';
import { describe, reasonOf, shortened } from '../../messages.ts';
import type { SchemaIssue, SchemaResult, StandardSchema } from '../../model/standard-schema.ts';
import { type Check, isFunction, numberIn, readSafely } from '../../options/check-options.ts';

/** What a definition says of its payloads. */
export interface PayloadContractOptions {
  readonly payloadSchema?: StandardSchema | undefined;
  readonly payloadVersion?: number | undefined;
  readonly upcast?: Upcasters | undefined;
}

/** What makes a payload of one version one of the next, by the version that it takes. */
export type Upcasters = { readonly [fromVersion: number]: (old: never) => unknown };

const MAX_VERSION = 1_000_000;

/** Checks payloads at both ends, and brings old ones up to what the work function expects. */
export class PayloadContract {
  readonly version: number;
  readonly #jobName: string;
  readonly #schema: StandardSchema | undefined;
  readonly #upcast: ReadonlyMap<number, (old: unknown) => unknown>;

  /** @throws InvalidOptionError for upcasters that do not lead up to the version. */
  constructor(jobName: string, { payloadSchema, payloadVersion = 1, upcast = {} }: PayloadContractOptions) {
    this.version = payloadVersion;
    this.#jobName = jobName;
    this.#schema = payloadSchema;
    this.#upcast = new Map(
      Object.entries(upcast).map(([from, cast]) => [Number(from), cast as (old: unknown) => unknown]),
    );
    const last = [...this.#upcast.keys()].find((from) => from >= payloadVersion);
    if (last !== undefined) {
      const problem = `is from a version that is not older than payloadVersion, which is ${payloadVersion}`;
      throw new InvalidOptionError(`JobDefinition.upcast[${last}]`, problem);
    }
  }

  /**
   * Whether the schema takes it; what it makes of it does not count here. Returns a promise only where the schema does, so
   * that calls which are not awaited keep their order.
   *
   * @throws PayloadError
   */
  check(payload: unknown, item?: number): void | Promise<void> {
    if (this.#schema === undefined) return undefined;
    const refuse = (result: SchemaResult<unknown>): void => {
      const { issues } = result;
      if (issues === undefined) return;
      throw new PayloadError(this.#jobName, sentenceOf(issues), {
        ...(item === undefined ? {} : { item }),
        issues: issues.map(issueOf),
      });
    };
    const result = this.#validate(this.#schema, payload);
    return isPromise(result) ? result.then(refuse) : refuse(result);
  }

  /**
   * The payload that the work function is given.
   *
   * @throws PayloadError for one that does not parse: no attempt would cure it, so it ends the job.
   */
  async read(stored: unknown, version: number): Promise<unknown> {
    try {
      return await this.parse(stored, version);
    } catch (error) {
      throw error instanceof PayloadError ? endingJob(error) : error;
    }
  }

  /** @throws PayloadError for one that does not parse. */
  async parse(stored: unknown, version: number): Promise<unknown> {
    let payload = stored;
    for (let from = version; from < this.version; from += 1) {
      const cast = this.#upcast.get(from);
      if (cast === undefined) continue; // this step changed nothing
      try {
        payload = await cast(payload);
      } catch (error) {
        throw new PayloadError(this.#jobName, `of version ${from} could not be upcast: ${reasonOf(error)}`, {
          cause: error,
        });
      }
    }
    if (this.#schema === undefined) return payload;
    const result = await this.#validate(this.#schema, payload);
    if (result.issues === undefined) return result.value;
    throw new PayloadError(this.#jobName, sentenceOf(result.issues), { issues: result.issues.map(issueOf) });
  }

  #validate(schema: StandardSchema, payload: unknown): SchemaResult<unknown> | Promise<SchemaResult<unknown>> {
    const failed = (error: unknown): never => {
      throw new PayloadError(this.#jobName, `could not be checked by its payloadSchema: ${reasonOf(error)}`, {
        cause: error,
      });
    };
    try {
      const result = schema['~standard'].validate(payload);
      return isPromise(result) ? result.then(undefined, failed) : result;
    } catch (error) {
      return failed(error);
    }
  }
}

function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof (value as { then?: unknown } | null)?.then === 'function';
}

/** The first few, in words. */
function sentenceOf(issues: readonly SchemaIssue[]): string {
  const all = issues.map(issueOf).map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
  const more = all.length > 3 ? `; and ${all.length - 3} more` : '';
  return `does not fit its payloadSchema: ${all.slice(0, 3).join('; ')}${more}`;
}

function issueOf({ path = [], message }: SchemaIssue): PayloadIssue {
  const keys = path.map((part) => (typeof part === 'object' && part !== null ? part.key : part));
  const text = keys.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
  return { path: text.replace(/^\./, ''), message: String(message) };
}

const isSchema: Check = (value) => {
  const said = readSafely(
    'JobDefinition.payloadSchema',
    () => (value as { '~standard'?: { version?: unknown; validate?: unknown } })['~standard'],
  );
  const fits = said?.version === 1 && typeof said.validate === 'function';
  return fits
    ? undefined
    : `must be a schema of a library that follows Standard Schema 1 (zod 3.24, valibot 1, arktype 2), got ${describe(value)}`;
};

const areUpcasters: Check = (value) => {
  if (typeof value !== 'object' || value === null)
    return `must be functions by the version that they take, got ${describe(value)}`;
  for (const [from, cast] of Object.entries(value)) {
    const problem = isVersion(Number(from)) ?? isFunction(cast);
    if (problem !== undefined) return `[${shortened(from, 80)}] ${problem}`;
  }
  return undefined;
};

const isVersion = numberIn(1, MAX_VERSION, 'versions', 'whole');

export const contractChecks: Readonly<Record<keyof PayloadContractOptions, Check>> = {
  payloadSchema: isSchema,
  payloadVersion: isVersion,
  upcast: areUpcasters,
};
