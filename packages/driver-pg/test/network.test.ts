import { testOnBadNetwork, testUrl } from '@bearmq/test-database/driver-tests';
import pg from 'pg';
import { withDriver } from './support.ts';

testOnBadNetwork(({ url = testUrl(), heartbeatSecs, answerTimeoutSecs, onHeartbeat }, use) =>
  withDriver(
    { connectionString: url, ...(onHeartbeat && { Client: clientThatTells(onHeartbeat) }) },
    { ...(heartbeatSecs && { heartbeatSecs }), ...(answerTimeoutSecs && { answerTimeoutSecs }) },
    use,
  ),
);

function clientThatTells(onHeartbeat: () => void): typeof pg.Client {
  return class extends pg.Client {
    override query: pg.Client['query'] = (...query: unknown[]) => {
      const answer = (super.query as (...args: unknown[]) => unknown).call(this, ...query);
      if ((query[0] as { text?: string }).text?.includes('1::integer as alive') === true) onHeartbeat();
      return answer as never;
    };
  };
}
