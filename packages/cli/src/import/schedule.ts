import type { JobSettings, ScheduleOptions } from '@bearmq/core';

/** A schedule as `context.schedules.set` takes it. */
export interface ImportedSpec extends JobSettings, ScheduleOptions {
  readonly key: string;
  readonly jobGroup?: string;
  readonly payload?: unknown;
}

/** A schedule of the other system. */
export interface FoundSchedule {
  readonly queue: string;
  /** The name of the definition that the map gives; `null` where it has none. */
  readonly name: string | null;
  readonly spec: ImportedSpec;
  /** Whether it was set in BearMQ, and removed from the other system. */
  readonly isSet: boolean;
  /** Why it could not be set. */
  readonly problem?: string;
}

/** What is to be written into definitions by hand. */
export function linesOf(schedules: readonly FoundSchedule[], system: string): readonly string[] {
  const set = schedules.filter(({ isSet }) => isSet);
  const open = schedules.filter(({ isSet }) => !isSet);
  return [
    ...set.map(({ name, queue, spec }) => `set the schedule ${name} ${spec.key}, which was ${system}'s of ${queue}`),
    ...(open.length === 0
      ? []
      : [
          `schedules that stay in ${system}: put them into your definitions, then remove them there`,
          ...open.flatMap((schedule) => [
            `  // ${schedule.name ?? `${schedule.queue} (no entry in the map)`}${schedule.problem === undefined ? '' : `: ${schedule.problem}`}`,
            `  schedules: [${asCode(schedule.spec)}],`,
          ]),
        ]),
  ];
}

/** An object as code: keys bare where they can be. */
function asCode(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(asCode).join(', ')}]`;
  if (typeof value !== 'object' || value === null) {
    return typeof value === 'string'
      ? `'${JSON.stringify(value).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
      : String(JSON.stringify(value));
  }
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  if (entries.length === 0) return '{}';
  return `{ ${entries.map(([key, one]) => `${/^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key)}: ${asCode(one)}`).join(', ')} }`;
}
