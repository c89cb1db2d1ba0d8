import { usageError } from './cli-error.ts';

/** An option of a command. Its name on the command line is made of its key: `dryRun` is `--dry-run`. */
export interface Option<T> {
  readonly about: string;
  /** What follows it, for the help: `secs`. Without it the option is a switch. */
  readonly value?: string;
  /** One letter. */
  readonly short?: string;
  /** Reads what was given; `undefined` where nothing was. @throws {CliError} for what it cannot be. */
  readonly read: (given: unknown, flag: string) => T;
}

/** The options of a command, by key. */
export type OptionsOf<O> = { readonly [K in keyof O]: Option<O[K]> };

/** A switch, off unless given. */
export function toggle(about: string): Option<boolean> {
  return { about, read: (given) => given === true };
}

export function text(value: string, about: string, short?: string): Option<string | undefined> {
  return optional(value, about, (given) => given, short);
}

/** A number with its unit and inclusive range. */
export function number(about: string, min: number, max: number, value: string = 'n'): Option<number | undefined> {
  return optional(value, about, (given, flag) => {
    const parsed = Number(given);
    if (given.trim() !== '' && parsed >= min && parsed <= max) return parsed;
    throw usageError(`${flag}: ${JSON.stringify(given)}: give a number from ${min} to ${max}`);
  });
}

/** How many of something. */
export function count(about: string, min: number, max: number, value: string = 'n'): Option<number | undefined> {
  const { read, ...option } = number(about, min, max, value);
  return {
    ...option,
    read: (given, flag) => {
      const parsed = read(given, flag);
      if (parsed === undefined || Number.isInteger(parsed)) return parsed;
      throw usageError(`${flag}: ${JSON.stringify(given)}: give a whole number`);
    },
  };
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/**
 * A duration as `90s`, `15m`, `6h` or `7d`; a number without a unit is seconds. In seconds.
 *
 * @param within the shortest and the longest one, as they are given.
 */
export function duration(about: string, within?: readonly [min: string, max: string]): Option<number | undefined> {
  return optional('duration', about, (given, flag) => {
    const secs = secsOf(given);
    if (secs === undefined) {
      throw usageError(`${flag}: ${JSON.stringify(given)}: give a duration such as 90s, 15m, 6h or 7d`);
    }
    const [min = 0, max = Infinity] = within?.map(secsOf) ?? [];
    if (secs >= min && secs <= max) return secs;
    throw usageError(`${flag}: ${JSON.stringify(given)}: give a duration from ${within?.join(' to ')}`);
  });
}

function secsOf(given: string): number | undefined {
  const [, amount, unit = 's'] = /^(\d+(?:\.\d+)?)([smhd]?)$/.exec(given.trim()) ?? [];
  return amount === undefined ? undefined : Number(amount) * (UNITS[unit === '' ? 's' : unit] ?? 1);
}

/** So many in so long a time: `10/1s`, `600/m`. */
export function rate(about: string): Option<{ readonly max: number; readonly perSecs: number } | undefined> {
  return optional('n/duration', about, (given, flag) => {
    const [, max, amount, unit = 's'] = /^(\d+)\/(\d*\.?\d+)?([smhd]?)$/.exec(given.trim()) ?? [];
    if (max !== undefined && !given.trim().endsWith('/')) {
      return { max: Number(max), perSecs: Number(amount ?? 1) * (UNITS[unit === '' ? 's' : unit] ?? 1) };
    }
    throw usageError(`${flag}: ${JSON.stringify(given)}: give a rate such as 10/1s or 600/1m`);
  });
}

export function choice<const T extends string>(about: string, values: readonly T[]): Option<T | undefined> {
  return optional(values.join('|'), about, (given, flag) => {
    const found = values.find((value) => value === given);
    if (found !== undefined) return found;
    throw usageError(`${flag}: ${JSON.stringify(given)}: give one of ${values.join(', ')}`);
  });
}

/** Some of several, with commas between them. */
export function choices<T extends string>(about: string, values: readonly T[]): Option<readonly T[] | undefined> {
  return optional(values.join(','), about, (given, flag) =>
    given.split(',').map((item) => {
      const found = values.find((value) => value === item.trim());
      if (found !== undefined) return found;
      throw usageError(`${flag}: ${JSON.stringify(item)}: give some of ${values.join(', ')}, with commas between them`);
    }),
  );
}

const AGE = /^-?(\d+(?:\.\d+)?)([smhd])$/;

/** A moment, as ISO 8601, or as how long ago it was: `2h` or `-2h`. */
export function instant(about: string): Option<Date | undefined> {
  return optional('instant', about, (given, flag) => {
    const [, amount, unit = 's'] = AGE.exec(given.trim()) ?? [];
    const date =
      amount === undefined ? dateOf(given.trim()) : new Date(Date.now() - Number(amount) * (UNITS[unit] ?? 1) * 1000);
    if (!Number.isNaN(date.getTime())) return date;
    throw usageError(
      `${flag}: ${JSON.stringify(given)}: give a moment such as 2026-11-30T09:00:00Z, or how long ago it was: 90s, 15m, 6h, 7d`,
    );
  });
}

/** `new Date` takes the 31st of November for the 1st of December. */
function dateOf(given: string): Date {
  const [, year = '', month = '', day = ''] = /^(\d{4})-(\d\d)(?:-(\d\d))?/.exec(given) ?? [];
  const isDay = day === '' || Number(day) <= new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  return /^\d{4}-/.test(given) && isDay ? new Date(given) : new Date(Number.NaN);
}

/** The name of a time zone, as `Europe/Berlin`. */
export function timeZone(about: string): Option<string | undefined> {
  return optional('zone', about, (given, flag) => {
    try {
      return new Intl.DateTimeFormat('en', { timeZone: given }).resolvedOptions().timeZone;
    } catch (error) {
      throw usageError(`${flag}: ${JSON.stringify(given)}: give a time zone such as Europe/Berlin`, { cause: error });
    }
  });
}

/** Several, with commas between them. */
export function list(value: string, about: string): Option<readonly string[] | undefined> {
  return optional(value, about, (given) => given.split(',').map((item) => item.trim()));
}

/** The same option, that may not be left out. */
export function required<T>({ read, ...option }: Option<T | undefined>): Option<T> {
  return {
    ...option,
    about: `${option.about} (required)`,
    read: (given, flag) => {
      const found = read(given, flag);
      if (found !== undefined) return found;
      throw usageError(`${flag}: is missing: give ${flag} <${option.value}>`);
    },
  };
}

function optional<T>(
  value: string,
  about: string,
  parse: (given: string, flag: string) => T,
  short?: string,
): Option<T | undefined> {
  return {
    about,
    value,
    ...(short === undefined ? {} : { short }),
    read: (given, flag) => (typeof given === 'string' ? parse(given, flag) : undefined),
  };
}
