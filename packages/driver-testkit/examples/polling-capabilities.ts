import type { Capabilities } from '@bearmq/driver-testkit';

export const capabilities: Capabilities = {
  concurrentConnections: true,
  terminateBackend: true,
  lostTransaction: true,
  statementTimeout: true,
  notifications: 'the client has no LISTEN',
  listeningSession: 'the client has no LISTEN',
  borrowedClient: true,
  endedClient: true,
};
