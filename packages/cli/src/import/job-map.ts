import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Context, InvalidOptionError, JobDefinition, type KeyHeldUntil } from '@bearmq/core';
import { usageError } from '../cli-error.ts';

/** What becomes of the jobs of one queue of the other system, as the map says. */
export interface MapEntry {
  /** The name of the job definition that runs them. */
  readonly name: string;
  /** @defaultValue the default channel */
  readonly channel?: string;
  /** Which of a job's texts is its job group. What there is to choose from depends on the system. */
  readonly group?: string;
  /** Carries the keys that keep a job from being there twice: until when BearMQ holds them. */
  readonly unique?: KeyHeldUntil;
  /** What may be lost: jobs with anything else that has no counterpart are left. */
  readonly drop: readonly string[];
}

/** The entries of a map by the name of a queue. */
export type JobMap = ReadonlyMap<string, MapEntry>;

/** What a map may say for one system. */
export interface MapRules {
  readonly groups: readonly string[];
  readonly drops: readonly string[];
}

const UNTIL: readonly KeyHeldUntil[] = ['started', 'finished', 'deleted'];

/**
 * Reads a map: JSON, an object with an entry for each queue, which is the name of a definition or an object.
 *
 * @throws {CliError} for what is no such file; it names the entry.
 */
export function readJobMap(file: string | undefined, cwd: string, rules: MapRules): JobMap {
  if (file === undefined) return new Map();
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(resolve(cwd, file), 'utf8').replace(/^\uFEFF/, ''));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw usageError(`--map: ${JSON.stringify(file)}: cannot be read as JSON: ${why}`, { cause: error });
  }
  if (!isObject(content)) {
    throw usageError(`--map: ${JSON.stringify(file)}: must be an object such as { "emails": "SEND_EMAIL" }`);
  }
  return new Map(Object.entries(content).map(([queue, entry]) => [queue, entryOf(file, queue, entry, rules)]));
}

/**
 * Checks that each entry names what there can be.
 *
 * @throws {CliError} for the first that does not.
 */
export function checkNames(map: JobMap, context: Context): void {
  for (const [queue, { name, channel }] of map) {
    const problem = problemOf({ context, name, ...(channel === undefined ? {} : { channel }) });
    if (problem !== undefined) throw usageError(`--map: ${JSON.stringify(queue)}: ${problem}`);
  }
}

function problemOf(options: ConstructorParameters<typeof JobDefinition>[0]): string | undefined {
  try {
    new JobDefinition(options);
    return undefined;
  } catch (error) {
    if (!(error instanceof InvalidOptionError)) throw error;
    return `${error.option.replace('JobDefinition.', '')}:${error.message.slice(error.option.length)}`;
  }
}

function entryOf(file: string, queue: string, entry: unknown, { groups, drops }: MapRules): MapEntry {
  const where = `--map: ${JSON.stringify(file)}: ${JSON.stringify(queue)}`;
  if (typeof entry === 'string') return { name: nonEmpty(`${where}`, entry), drop: [] };
  if (!isObject(entry)) throw usageError(`${where}: must be the name of a job definition, or an object with a "name"`);
  const { name, channel, group, unique, drop = [], ...others } = entry;
  const [other] = Object.keys(others);
  if (other !== undefined) {
    throw usageError(`${where}: ${other}: is not known; there are name, channel, group, unique, drop`);
  }
  return {
    name: nonEmpty(`${where}: name`, name),
    drop: someOf(`${where}: drop`, drop, drops),
    ...(channel === undefined ? {} : { channel: nonEmpty(`${where}: channel`, channel) }),
    ...(group === undefined ? {} : { group: oneOf(`${where}: group`, group, groups) }),
    ...(unique === undefined ? {} : { unique: oneOf(`${where}: unique`, unique, UNTIL) }),
  };
}

function nonEmpty(where: string, value: unknown): string {
  if (typeof value === 'string' && value !== '') return value;
  throw usageError(`${where}: must be a text that is not empty, got ${JSON.stringify(value)}`);
}

function oneOf<T extends string>(where: string, value: unknown, values: readonly T[]): T {
  const found = values.find((one) => one === value);
  if (found !== undefined) return found;
  if (values.length === 0) throw usageError(`${where}: is not for this system: leave it out`);
  throw usageError(`${where}: ${JSON.stringify(value)}: give one of ${values.join(', ')}`);
}

function someOf(where: string, value: unknown, values: readonly string[]): readonly string[] {
  if (!Array.isArray(value)) throw usageError(`${where}: must be a list of ${values.join(', ')}`);
  return value.map((one: unknown) => oneOf(where, one, values));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
