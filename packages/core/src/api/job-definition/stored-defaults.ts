import type { ResolvedSettings } from '../../job-settings.ts';
import { asciiJson } from '../../model/text.ts';
import type { ResolvedUnique } from './unique-option.ts';

/** Of a definition, what jobs that are enqueued in SQL are to be like. */
export interface StoredParts {
  readonly settings: ResolvedSettings;
  readonly unique: ResolvedUnique | undefined;
  readonly hasGroups: boolean;
  readonly hasBackoff: boolean;
}

/**
 * As JSON text. What only a function knows is named, so that SQL can ask for it. A run's own settings are not there: they are
 * those of the process that runs the job.
 */
export function storedDefaults({ settings, unique, hasGroups, hasBackoff }: StoredParts): string {
  const { channel, delaySecs, numAttempts, timeoutSecs, maxDeaths, priority } = settings;
  return asciiJson({
    channel,
    delaySecs,
    numAttempts,
    timeoutSecs,
    priority,
    ...(maxDeaths > 0 ? { maxDeaths } : {}),
    ...(hasGroups ? { hasGroups } : {}),
    ...(hasBackoff ? { hasBackoff } : {}),
    ...(unique === undefined ? {} : { unique: storedUnique(unique) }),
  });
}

function storedUnique({ key, ...rule }: ResolvedUnique): object {
  return typeof key === 'string' ? { ...rule, key } : { ...rule, hasKeys: true };
}
