import { context } from './context.ts';
import { stopOnSignal } from './stop-on-signal.ts';

// #region orchestrator

import { Orchestrator } from 'bearmq';

const orchestrator = new Orchestrator({ context });
// #endregion orchestrator

context.addEventHandler((event) => console.log(event.eventType));
stopOnSignal([orchestrator]);
