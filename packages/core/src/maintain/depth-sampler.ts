import { Daemon } from '../runtime/daemon.ts';
import { daemonOptions } from '../services/daemon-options.ts';
import type { Services } from '../services/services.ts';
import { sampleDepth } from '../statements/sample-depth.ts';
import { withoutRights } from './without-rights.ts';

export interface DepthSamplerOptions {
  readonly services: Services;
  readonly intervalMs: number;
}

/** A sample waits this many times as long as the last one took, if that is longer: so small a share of a core it costs. */
const WAIT_TO_WORK = 100;

/** Counts the jobs that are not over by lane, once a minute for all orchestrators together. */
export class DepthSampler extends Daemon {
  readonly #options: DepthSamplerOptions;
  #lastMs = 0;

  constructor(options: DepthSamplerOptions) {
    super({ name: 'depth-sampler', ...daemonOptions(options.services) });
    this.#options = options;
  }

  protected override async tick(): Promise<number> {
    const { services, intervalMs } = this.#options;
    await services.checkSchema();
    return await withoutRights(services, async () => {
      this.#lastMs = (await sampleDepth(services.driver, services.tables, null)) ?? this.#lastMs;
      return Math.max(intervalMs, this.#lastMs * WAIT_TO_WORK);
    });
  }
}
