const whole = new Intl.NumberFormat('en');
const few = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });

export function number(value: number): string {
  return whole.format(value);
}

/** A rate or a share: three digits are enough. */
export function rough(value: number): string {
  return value >= 1000 ? whole.format(Math.round(value)) : few.format(value);
}

export function percent(share: number): string {
  const value = share * 100;
  return `${value > 0 && value < 1 ? '<1' : Math.round(value)} %`;
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${number(count)} ${count === 1 ? one : many}`;
}

/** `85 ms`, `1.27 s`, `4 min 12 s`, `2 h 5 min`, `3 d 4 h`. */
export function duration(ms: number): string {
  if (ms < 0) return `−${duration(-ms)}`;
  if (ms < 1) return ms === 0 ? '0 ms' : '<1 ms';
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  const secs = ms / 1000;
  if (secs < 59.95) return `${secs < 10 ? trim(secs.toFixed(2)) : trim(secs.toFixed(1))} s`;
  const all = Math.round(secs);
  if (all < 3_600) return two(Math.floor(all / 60), 'min', all % 60, 's');
  if (all < 86_400) return two(Math.floor(all / 3_600), 'h', Math.floor((all % 3_600) / 60), 'min');
  return two(Math.floor(all / 86_400), 'd', Math.floor((all % 86_400) / 3_600), 'h');
}

/** Short enough for an axis: `90 s`, `15 min`. */
export function axisDuration(ms: number): string {
  if (ms < 1_000) return `${trim(ms.toFixed(1))} ms`;
  const secs = ms / 1000;
  if (secs < 120) return `${trim(secs.toFixed(1))} s`;
  if (secs < 7_200) return `${trim((secs / 60).toFixed(1))} min`;
  return secs < 172_800 ? `${trim((secs / 3_600).toFixed(1))} h` : `${trim((secs / 86_400).toFixed(1))} d`;
}

/** For how long, in one unit: what changes with each second must not jump about. */
export function age(ms: number): string {
  const secs = Math.max(0, Math.floor(ms / 1000));
  if (secs < 60) return `${secs} s`;
  if (secs < 3_600) return `${Math.floor(secs / 60)} min`;
  if (secs < 86_400) return `${Math.floor(secs / 3_600)} h`;
  return `${Math.floor(secs / 86_400)} d`;
}

export function relative(atMs: number, nowMs: number): string {
  const ms = nowMs - atMs;
  if (ms >= 0) return ms < 1_000 ? 'just now' : `${age(ms)} ago`;
  return `in ${age(-ms + 999)}`;
}

export function bytes(count: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = count;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? value : trim(value.toFixed(1))} ${units[unit]}`;
}

/** `2026-11-29 06:10:01.402`, and the zone's name. */
export function absolute(ms: number, zone: 'local' | 'utc'): string {
  const iso = zone === 'utc' ? new Date(ms) : new Date(ms - new Date(ms).getTimezoneOffset() * 60_000);
  return `${iso.toISOString().slice(0, 23).replace('T', ' ')}${zone === 'utc' ? ' UTC' : ''}`;
}

/** The time of the day, with the day where it is another one. */
export function clockTime(ms: number, zone: 'local' | 'utc', nowMs: number): string {
  const text = absolute(ms, zone);
  const isToday = text.slice(0, 10) === absolute(nowMs, zone).slice(0, 10);
  return isToday ? text.slice(11, 19) : text.slice(5, 19);
}

/** The first line of an error, as lists show it. */
export function firstLine(text: string): string {
  const end = text.indexOf('\n');
  return end === -1 ? text : text.slice(0, end);
}

function two(a: number, unitA: string, b: number, unitB: string): string {
  return b === 0 ? `${a} ${unitA}` : `${a} ${unitA} ${b} ${unitB}`;
}

function trim(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}
