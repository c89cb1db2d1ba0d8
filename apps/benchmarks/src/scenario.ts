import type { Ability, Contestant, Place, Purpose, Queue } from './contestant.ts';
import type { Outcome } from './figure.ts';
import type { Helper, HelperTask } from './helper-process.ts';

/** What a scenario is given for one measurement. Whatever it opens and forks is closed for it afterwards. */
export interface Bench {
  readonly contestant: Contestant;
  readonly place: Place;
  readonly limitSecs: number;
  /** Another connection to the queue, as another part of a program would have. */
  open(): Promise<Queue>;
  /** Another process. */
  fork(task: HelperTask): Promise<Helper>;
}

export interface Scenario {
  readonly id: string;
  readonly title: string;
  readonly purpose: Purpose;
  readonly needs?: Ability;
  /** Part of a plain `pnpm bench`, which measures BearMQ alone. */
  readonly basic: boolean;
  run(bench: Bench): Promise<Outcome>;
}
