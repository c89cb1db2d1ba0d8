import type { World } from '../faults/fault.ts';
import type { Tell } from '../ledger/ledger-file.ts';

/** Has the checker know when a way to the database was out of order. */
export function troubles(tell: Tell): World['during'] {
  let last = 0;
  return async (of, act) => {
    last += 1;
    const id = last;
    tell({ kind: 'trouble', id, of, phase: 'begins' });
    try {
      return await act();
    } finally {
      tell({ kind: 'trouble', id, of, phase: 'ends' });
    }
  };
}
