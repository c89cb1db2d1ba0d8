import { jobs } from './texts/jobs.ts';
import { queue } from './texts/queue.ts';
import { words } from './texts/words.ts';

/** All that the pages say, but for what the server tells. */
export const texts = { ...words, ...jobs, ...queue };
