import { ruleIn } from '../../backoff-option.ts';
import { InvalidOptionError, PayloadError } from '../../errors.ts';
import { encodeHeaders } from '../../job-headers.ts';
import { type JobSettings, settingChecks } from '../../job-settings.ts';
import { describe } from '../../messages.ts';
import { MAX_DECLARED_SCHEDULES, MAX_NAME_BYTES, MAX_SCHEDULE_PAYLOAD_BYTES, MAX_SECS } from '../../model/limits.ts';
import { encodePayload } from '../../model/payload/payload.ts';
import { isLargerThan } from '../../model/payload/payload-text.ts';
import { SCHEDULE_DEFAULTS } from '../../model/schedule/defaults.ts';
import type { ScheduleEntry, ScheduleRule, TickOverrides } from '../../model/schedule/rule.ts';
import { checkOptions, nameOf, numberIn, oneOf, readSafely, unchecked } from '../../options/check-options.ts';
import type { RegisteredJob } from '../../services/registry.ts';
import { groupCheck, PAYLOAD_VERSION, type ScheduleSpec } from './job-definition-options.ts';
import { timingIn } from './schedule-timing.ts';

const specChecks = {
  key: nameOf(MAX_NAME_BYTES),
  cron: unchecked, // these three are checked together
  timeZone: unchecked,
  everySecs: unchecked,
  catchUp: oneOf('none', 'latest', 'all'),
  maxLateSecs: numberIn(0, MAX_SECS, 'seconds'),
  overlap: oneOf('allow', 'skip'),
  jitterSecs: numberIn(0, 86_400, 'seconds'),
  ...settingChecks,
  jobGroup: groupCheck,
  headers: unchecked,
  payload: unchecked,
};

/** What a schedule's payload is made for. */
type OfDefinition = Pick<RegisteredJob, 'name' | 'payloadVersion'>;

/**
 * A schedule as it is to be stored.
 *
 * @throws InvalidOptionError for what is wrong in it, with the option's name.
 * @throws PayloadError for a payload that would not survive JSON, or has more than a mebibyte of it.
 */
export function scheduleEntryOf(owner: string, { name, payloadVersion }: OfDefinition, spec: unknown): ScheduleEntry {
  const given = checkOptions(owner, spec as ScheduleSpec<unknown>, specChecks);
  const { key = SCHEDULE_DEFAULTS.key, catchUp, maxLateSecs, overlap, jitterSecs } = given;
  const overrides = overridesIn(owner, given);
  const rule: ScheduleRule = {
    ...timingIn(owner, given),
    ...(catchUp === undefined ? {} : { catchUp }),
    ...(maxLateSecs === undefined ? {} : { maxLateSecs }),
    ...(overlap === undefined ? {} : { overlap }),
    ...(jitterSecs === undefined ? {} : { jitterSecs }),
    ...(Object.keys(overrides).length === 0 ? {} : { overrides }),
    ...(payloadVersion === PAYLOAD_VERSION ? {} : { v: payloadVersion }),
  };
  return { key, rule, ruleText: JSON.stringify(rule), payloadText: payloadTextIn(name, given) };
}

function overridesIn(owner: string, given: ScheduleSpec<unknown>): TickOverrides {
  const backoff = ruleIn(owner, given);
  const headers = encodeHeaders(`${owner}.headers`, given.headers);
  const settings = Object.keys({ ...settingChecks, jobGroup: groupCheck })
    .filter((name) => name !== 'backoff')
    .map((name) => [name, given[name as keyof JobSettings]] as const)
    .filter(([, value]) => value !== undefined);
  return {
    ...Object.fromEntries(settings),
    ...(backoff === undefined ? {} : { backoff }),
    ...(headers === null ? {} : { headers: JSON.parse(headers) as NonNullable<TickOverrides['headers']> }),
  };
}

function payloadTextIn(jobName: string, { payload = null }: { readonly payload?: unknown }): string {
  const text = encodePayload(jobName, payload);
  if (!isLargerThan(MAX_SCHEDULE_PAYLOAD_BYTES, text)) return text;
  throw new PayloadError(
    jobName,
    `has more than ${MAX_SCHEDULE_PAYLOAD_BYTES} bytes of JSON, which is the most that a schedule keeps; keep large data ` +
      'elsewhere, and pass where they are',
  );
}

/**
 * The schedules that a definition declares.
 *
 * @throws InvalidOptionError, PayloadError likewise; and InvalidOptionError for two with one key.
 */
export function declaredIn(
  definition: OfDefinition,
  schedules: unknown,
  repeatSecs: number | undefined,
): readonly ScheduleEntry[] {
  if (schedules === undefined) return [];
  const option = 'JobDefinition.schedules';
  const specs = readSafely(option, () => (Array.isArray(schedules) ? [...(schedules as unknown[])] : undefined));
  if (specs === undefined) {
    const example = "[{ cron: '0 2 * * *', timeZone: 'Europe/Berlin' }]";
    throw new InvalidOptionError(option, `must be a list, such as ${example}; got ${describe(schedules)}`);
  }
  if (specs.length > MAX_DECLARED_SCHEDULES) {
    const remedy = 'enter them by context.schedules.set';
    throw new InvalidOptionError(option, `has ${specs.length} of at most ${MAX_DECLARED_SCHEDULES}; ${remedy}`);
  }
  const keys = new Set<string>(repeatSecs === undefined ? [] : [SCHEDULE_DEFAULTS.key]);
  return specs.map((spec, index) => {
    const owner = `${option}[${index}]`;
    const entry = scheduleEntryOf(owner, definition, spec);
    if (!keys.has(entry.key)) {
      keys.add(entry.key);
      return entry;
    }
    const taken =
      repeatSecs !== undefined && entry.key === SCHEDULE_DEFAULTS.key ? 'that of repeatSecs' : 'that of another one';
    throw new InvalidOptionError(`${owner}.key`, `is ${JSON.stringify(entry.key)}, ${taken}: give each its own`);
  });
}
