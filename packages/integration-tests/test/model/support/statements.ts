/** What the statements take and give, and what `core-internals.ts` does not have of them. Of the build, as there. */
export { outcomeOfDeadWorker, outcomeOfError, released } from '../../../../core/dist/model/outcome.js';
export type { Rescued } from '../../../../core/dist/statements/leases.js';
export type { SettleInput } from '../../../../core/dist/statements/settle.js';
