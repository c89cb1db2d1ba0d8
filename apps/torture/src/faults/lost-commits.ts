import { apart } from './apart.ts';
import type { Fault } from './fault.ts';

/** What is lost twice or more can hardly be told apart afterwards. */
const begin = apart(8_000);

/**
 * Claims, settlements, enqueues and renewals that everybody was told of are undone. Where there is a standby, it is an
 * asynchronous one meanwhile, and takes the place of the primary; else the server crashes.
 */
export const lostCommits: Fault = {
  name: 'lost-commits',
  about: 'the server confirms commits before they are safe, crashes, and comes back without them',
  strike: async ({ server, random, during, tell }) => {
    begin();
    const ms = random.pick([300, 800, 1_500]);
    const lost = await during('server', () => server.loseCommits(ms));
    tell({ kind: 'lost', from: lost.from, to: lost.to });
    return `${lost.bytes} bytes of the log`;
  },
};
