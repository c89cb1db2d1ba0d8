import type { ListeningConnection, ListeningRequest } from '@bearmq/core/driver';
import type { PgliteDatabase } from './pglite-types.ts';
import { fetchRows } from './query.ts';

/**
 * The one connection of a database, as a subscription sees it. It is there from the start, and outlives the
 * subscription.
 *
 * What LISTEN was said for is never undone: the connection is everybody's, so somebody else may be listening to the
 * same channel, and a notification that nobody hears costs nothing.
 */
export function shareConnection(db: PgliteDatabase, { onNotification }: ListeningRequest): ListeningConnection {
  const drop = db.onNotification(onNotification);
  return {
    connected: Promise.resolve({ run: (statement) => fetchRows(db, statement) }),
    drop,
    leave: async () => drop(),
  };
}
