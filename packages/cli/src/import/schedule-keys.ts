import { isDeepStrictEqual } from 'node:util';
import type { Context, ScheduleRecord } from '@bearmq/core';
import type { ImportedSpec } from './schedule.ts';

/** The keys that schedules get here: in another system each queue has its own, here each definition. */
export class ScheduleKeys {
  readonly #context: Context;
  readonly #given = new Set<string>();

  constructor(context: Context) {
    this.#context = context;
  }

  /**
   * Gives a schedule its key.
   *
   * @returns why it cannot have it: another schedule would be lost.
   */
  async refusal(name: string, spec: ImportedSpec): Promise<string | undefined> {
    const id = JSON.stringify([name, spec.key]);
    const there = this.#given.has(id) ? null : await this.#context.schedules.get(name, spec.key);
    if (!this.#given.has(id) && (there === null || isSame(there, spec))) {
      this.#given.add(id);
      return undefined;
    }
    return `a schedule ${JSON.stringify(spec.key)} of ${name} is there already: map its queue to another definition, or enter it by hand with another key`;
  }
}

/** Whether it is what an import that was cut short has entered. */
function isSame({ cron, timeZone, everySecs, payload }: ScheduleRecord, spec: ImportedSpec): boolean {
  return (
    cron === (spec.cron ?? null) &&
    timeZone === (spec.cron === undefined ? null : (spec.timeZone ?? 'UTC')) &&
    everySecs === (spec.everySecs ?? null) &&
    isDeepStrictEqual(payload ?? null, spec.payload ?? null)
  );
}
