import { context, pool } from '../context.ts';

// #region split-web

// web.ts: enqueues
import { JobDefinition } from 'bearmq';
import { cropImage } from './jobs.ts';

const crop = new JobDefinition({ context, ...cropImage });
await crop.enqueue({ imageId: 7, width: 300 });
// #endregion split-web

await pool.end();
