import { stopOnSignal } from '../stop-on-signal.ts';

// #region worker

// worker.ts: registers all of them, and runs them
import { Orchestrator, Worker } from 'bearmq';
import { context } from '../context.ts';
import * as definitions from './definitions.ts';

for (const definition of Object.values(definitions)) await definition.register();
const daemons = [new Worker({ context, concurrency: 10 }), new Orchestrator({ context })];
// #endregion worker

stopOnSignal(daemons);
