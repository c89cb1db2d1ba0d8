import { duration } from './format.ts';

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const NUMBER = /^\d+$/;

/** The rule of a schedule in words; `null` for a cron expression that is more than a few words. */
export function ruleInWords({
  cron,
  everySecs,
}: {
  readonly cron: string | null;
  readonly everySecs: number | null;
}): string | null {
  if (everySecs !== null) return `every ${duration(everySecs * 1000)}`;
  const fields = (cron ?? '').trim().split(/\s+/);
  if (fields.length !== 5) return null;
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = fields;
  const step = /^\*\/(\d+)$/.exec(minute)?.[1];
  if (day === '*' && month === '*' && weekday === '*' && hour === '*') {
    if (minute === '*') return 'every minute';
    if (step !== undefined && 60 % Number(step) === 0) return `every ${step} minutes`;
    return NUMBER.test(minute) ? `every hour, ${minute.padStart(2, '0')} past` : null;
  }
  if (!NUMBER.test(minute) || !NUMBER.test(hour) || month !== '*') return null;
  const time = `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`;
  if (day === '*' && weekday === '*') return `every day at ${time}`;
  if (day === '*' && weekday === '1-5') return `Monday to Friday at ${time}`;
  const named = NUMBER.test(weekday) ? DAYS[Number(weekday)] : undefined;
  if (day === '*' && named !== undefined) return `every ${named} at ${time}`;
  return weekday === '*' && NUMBER.test(day) ? `on day ${day} of each month at ${time}` : null;
}
