import type { Context } from '../../context.ts';
import { checkOptions, numberIn, withDefaults } from '../../options/check-options.ts';
import { isContext } from '../../services/services.ts';

/** The options of an {@link Orchestrator}. */
export interface OrchestratorOptions {
  /** It looks after the schema of this context. */
  readonly context: Context;
  /**
   * How often to look for schedules that another process has changed, in seconds. Ticks that this orchestrator knows of
   * are enqueued when they are due, whatever this value.
   *
   * @defaultValue 5
   * @throws {@link InvalidOptionError} below 0.1 or above 3,600.
   */
  readonly jobSchedulePollSecs?: number;
  /**
   * How often to look for finalized jobs and groups to delete, in seconds.
   *
   * @defaultValue 10
   * @throws {@link InvalidOptionError} below 0.1 or above 86,400.
   */
  readonly cleanUpPollSecs?: number;
}

export const ORCHESTRATOR_DEFAULTS = { jobSchedulePollSecs: 5, cleanUpPollSecs: 10 } as const;

/** @throws InvalidOptionError for an option that is unknown, of the wrong type or out of range. */
export function resolveOrchestratorOptions(options: OrchestratorOptions): Required<OrchestratorOptions> {
  return withDefaults(ORCHESTRATOR_DEFAULTS, checkOptions('Orchestrator', options, orchestratorChecks, ['context']));
}

const orchestratorChecks = {
  context: isContext,
  jobSchedulePollSecs: numberIn(0.1, 3_600, 'seconds'),
  cleanUpPollSecs: numberIn(0.1, 86_400, 'seconds'),
};
