import { Worker } from 'bearmq';
import { context } from '../context.ts';
import { stopOnSignal } from '../stop-on-signal.ts';

// #region split-worker

// worker.ts: has the work function, and what that loads
import { JobDefinition } from 'bearmq';
import { cropImage } from './jobs.ts';

const crop = new JobDefinition({
  context,
  ...cropImage,
  workFunction: async ({ imageId, width }) => {
    console.log(`image ${imageId} cropped to ${width}`);
  },
});
await crop.register();
// #endregion split-worker

stopOnSignal([new Worker({ context })]);
