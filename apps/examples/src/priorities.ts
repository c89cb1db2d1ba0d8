import { Worker } from 'bearmq';
import { context } from './context.ts';
import { stopOnSignal } from './stop-on-signal.ts';

// #region priorities

import { JobDefinition } from 'bearmq';

const renderPreview = new JobDefinition({
  context,
  name: 'RENDER_PREVIEW',
  priority: -10, // after all that has none
  workFunction: async (payload: { documentId: number }, metadata) => {
    console.log(`document ${payload.documentId} rendered, priority ${metadata.priority}`);
  },
});

await renderPreview.enqueue({ documentId: 1 });
await renderPreview.enqueue({ documentId: 2 }, { priority: 10 }); // somebody is waiting for this one: before the first
// #endregion priorities

await renderPreview.register();
stopOnSignal([new Worker({ context })]);
