import { given } from '../../given.ts';
import type { JobMap } from '../job-map.ts';
import type { FoundSchedule } from '../schedule.ts';

const LINE = /^((?:\S+\s+){4}\S+)\s+([_a-zA-Z][\w:-]*)(?:\s+\?(\S+))?(?:\s+(\{.*\}))?$/;

/** The schedules of a crontab of Graphile Worker: its clock is that of UTC. */
export function schedulesOfCrontab(text: string, map: JobMap): readonly FoundSchedule[] {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  return lines.filter((line) => line !== '' && !line.startsWith('#')).map((line) => scheduleOf(line, map));
}

function scheduleOf(line: string, map: JobMap): FoundSchedule {
  const [, cron = '', task = '', query = '', json] = LINE.exec(line) ?? [];
  if (task === '')
    return { queue: line, name: null, spec: { key: line }, isSet: false, problem: 'is no line of a crontab' };
  const options = new URLSearchParams(query);
  const payload = payloadIn(json);
  const [max, priority, fill] = [options.get('max'), options.get('priority'), options.get('fill')];
  const problems = [
    ...(payload === 'unreadable' ? [`its payload is no JSON: ${json}`] : []),
    ...(options.has('jobKey') ? ['its jobKey is a "unique" of the definition'] : []),
  ];
  return {
    queue: task,
    name: map.get(task)?.name ?? null,
    isSet: false,
    spec: {
      key: options.get('id') ?? task,
      cron,
      ...given({
        catchUp: fill === null ? ('none' as const) : ('all' as const),
        maxLateSecs: fill === null ? undefined : secsOf(fill),
        numAttempts: max === null ? undefined : Number(max),
        priority: priority === null ? undefined : -Number(priority),
        jobGroup: options.get('queue') ?? undefined,
        payload: payload === 'unreadable' ? undefined : payload,
      }),
    },
    ...(problems.length === 0 ? {} : { problem: problems.join('; ') }),
  };
}

function payloadIn(json: string | undefined): unknown {
  if (json === undefined) return undefined;
  try {
    return JSON.parse(json);
  } catch {
    return 'unreadable'; // it may be JSON5
  }
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 };

/** `4w3d2h1m` in seconds. */
function secsOf(phrase: string): number {
  return [...phrase.matchAll(/(\d+)([smhdw])/g)].reduce(
    (sum, [, amount, unit = 's']) => sum + Number(amount) * (UNITS[unit] ?? 1),
    0,
  );
}
