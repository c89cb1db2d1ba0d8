import { testOnBadNetwork, testUrl } from '@bearmq/test-database/driver-tests';
import { type ClientOptions, withDriver } from './support.ts';

testOnBadNetwork(({ url = testUrl(), heartbeatSecs, answerTimeoutSecs, onHeartbeat }, use) =>
  withDriver(
    onHeartbeat ? telling(onHeartbeat) : {},
    { ...(heartbeatSecs && { heartbeatSecs }), ...(answerTimeoutSecs && { answerTimeoutSecs }) },
    (driver) => use(driver),
    url,
  ),
);

function telling(onHeartbeat: () => void): ClientOptions {
  const debug = (_connection: number, query: string): void => {
    // postgres.js calls this just before it sends the query.
    if (query.includes('1::integer as alive')) setImmediate(onHeartbeat);
  };
  return { debug };
}
