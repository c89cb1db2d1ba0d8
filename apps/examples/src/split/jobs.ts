// #region split-jobs
// jobs.ts: what the web server and the workers agree on, and nothing else
import { z } from 'zod';

export const cropImage = {
  name: 'CROP_IMAGE',
  numAttempts: 2,
  payloadSchema: z.object({ imageId: z.number().int(), width: z.number().positive() }),
};
// #endregion split-jobs
