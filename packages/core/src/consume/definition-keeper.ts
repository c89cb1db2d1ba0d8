import { Daemon } from '../runtime/daemon.ts';
import { daemonOptions } from '../services/daemon-options.ts';
import type { Services } from '../services/services.ts';
import { recordDefinitions, type StoredDefinition } from '../statements/definitions.ts';

/**
 * Writes what the definitions of a process with Workers say of their jobs, for enqueues that are made in SQL and know of none.
 * Once for each that is registered; where several releases are at work, the process that came last has said it.
 */
export class DefinitionKeeper extends Daemon {
  readonly #services: Services;
  readonly #written = new Set<string>();

  constructor(services: Services) {
    super({ name: 'definition-keeper', ...daemonOptions(services) });
    this.#services = services;
  }

  protected override async tick(): Promise<number> {
    const { driver, tables, registry, checkSchema } = this.#services;
    const unwritten = registry.all().flatMap(({ name, stored }): StoredDefinition[] => {
      return stored === undefined || this.#written.has(name) ? [] : [{ name, defaults: stored() }];
    });
    if (unwritten.length > 0) {
      await checkSchema();
      await recordDefinitions(driver, tables, unwritten);
      for (const { name } of unwritten) this.#written.add(name);
    }
    return Infinity; // woken by the next registration
  }
}
