// #region definitions
// definitions.ts: what there is to do, for all processes
import { JobDefinition } from 'bearmq';
import { context } from '../context.ts';

export const resizeImage = new JobDefinition({
  context,
  name: 'RESIZE_IMAGE',
  numAttempts: 2,
  workFunction: async (payload: { imageId: number }) => {
    console.log(`image ${payload.imageId} resized`);
  },
});
// #endregion definitions
