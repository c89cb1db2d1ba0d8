import type { Fault } from './fault.ts';

/** Longer than an outcome may take to be recorded: nobody who records one may wait for it. */
const SECS = 4;

export const heldOpen: Fault = {
  name: 'hold-open',
  about: 'a transaction that enqueues unique jobs, some of them skipped, and stays open',
  strike: async ({ victim }) => {
    const producer = await victim('producer');
    producer.order({ to: 'hold open', secs: SECS });
    return `by ${producer.name} for ${SECS} s`;
  },
};
