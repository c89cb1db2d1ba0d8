import { figures } from '../drain-figures.ts';
import { fill, plain } from '../enqueueing.ts';
import { Ledger } from '../ledger.ts';
import type { Profile } from '../profile.ts';
import type { Scenario } from '../scenario.ts';
import { workOff } from '../work-off.ts';

/** Jobs that fail at their first attempt and succeed at the second, with the shortest pause that the queue allows. */
export function failOnce({ failing }: Profile): Scenario {
  return {
    id: 'fail-once',
    title: `${failing.toLocaleString('en')} jobs that fail once`,
    purpose: 'retry',
    needs: 'retries',
    basic: false,
    run: async ({ open, limitSecs }) => {
      const queue = await open();
      await fill(queue, failing, plain);
      const drained = await workOff(queue, {
        ledger: new Ledger(failing, 2),
        limitSecs,
        job: (_payload, runs) => {
          if (runs === 1) throw new Error('fails once, as planned');
        },
      });
      return figures('done', drained);
    },
  };
}
