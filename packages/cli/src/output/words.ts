/** What stands where nothing is known. */
const NONE = '–';

/** How long ago something was: `12s`, `5m`, `3h`, `2d`. */
export function age(since: Date | null, now: Date): string {
  return since === null ? NONE : lasting(Math.max(0, (now.getTime() - since.getTime()) / 1000));
}

/** A duration, as options take it: `12s`, `5m`, `3h`, `2d`. */
export function lasting(secs: number): string {
  if (secs < 120) return `${Math.floor(secs)}s`;
  if (secs < 7_200) return `${Math.floor(secs / 60)}m`;
  return secs < 172_800 ? `${Math.floor(secs / 3_600)}h` : `${Math.floor(secs / 86_400)}d`;
}

/** A number in three digits or so; with a unit. */
export function number(value: number | null | undefined, unit: string = ''): string {
  if (value === null || value === undefined) return NONE;
  const rounded = value >= 100 || Number.isInteger(value) ? Math.round(value) : Number(value.toPrecision(2));
  return `${rounded}${unit === '' ? '' : ` ${unit}`}`;
}

export function percent(share: number | null): string {
  return share === null ? NONE : `${Number((share * 100).toPrecision(2))} %`;
}

/** How many jobs, where they were counted up to a limit: `1000+`. */
export function atLeast({ value, isAtLeast }: { readonly value: number; readonly isAtLeast: boolean }): string {
  return `${value}${isAtLeast ? '+' : ''}`;
}

/** `1 job`, `2 jobs`. */
export function plural(count: number | string, one: string): string {
  return `${count} ${one}${String(count) === '1' ? '' : 's'}`;
}

/** A moment in UTC as ISO 8601, or in another time zone with its offset. */
export function moment(date: Date | null, timeZone: string | undefined): string {
  if (date === null) return NONE;
  if (timeZone === undefined || timeZone === 'UTC') return date.toISOString();
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
    timeZoneName: 'longOffset',
  }).formatToParts(date);
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.find((one) => one.type === type)?.value ?? '';
  const offset = part('timeZoneName').replace('GMT', '') || 'Z';
  const day = `${part('year')}-${part('month')}-${part('day')}`;
  return `${day}T${part('hour')}:${part('minute')}:${part('second')}.${part('fractionalSecond')}${offset}`;
}

/** A name as a shell takes it, in a command that is to be called. */
export function shellWord(name: string): string {
  return /^[\w.:@/+-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`;
}
