import { pool } from '../context.ts';

// #region web

// web.ts: enqueues, and registers nothing
import { resizeImage } from './definitions.ts';

await resizeImage.enqueue({ imageId: 7 });
// #endregion web

await pool.end();
