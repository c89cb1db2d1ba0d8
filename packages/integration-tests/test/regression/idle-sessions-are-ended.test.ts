// A server that ends idle sessions (idle_session_timeout) ended the one that listens, and with it the session lock: a
// process whose event loop was blocked for longer was taken for dead, and all others reconnected again and again.
import type { SqlSession } from '@bearmq/core/driver';
import { describe, expect, it } from '@jest/globals';
import { useSchema } from '../support/database.ts';

const schema = useSchema({ way: 'direct', migrations: 'none' });

describe('the connection that listens', () => {
  it('is told by the server that it may be idle for however long, and is known to be direct', async () => {
    const driver = schema.newDriver({ options: '-c idle_session_timeout=20s' });
    const told = await new Promise<{ session: SqlSession | null; isDirect: boolean | undefined }>((resolve, reject) => {
      driver.listen('idle', {
        onConnected: (session, isDirect) => resolve({ session, isDirect }),
        onDisconnected: reject,
        onNotification: () => {},
      });
    });
    const read = { name: 'read', text: `select current_setting('idle_session_timeout')::text as t`, values: [] };
    expect(await told.session?.run(read)).toEqual([['0']]);
    expect(await driver.run(read)).toEqual([['20s']]);
    expect(told.isDirect).toBe(true);
    await driver.close();
  });
});
