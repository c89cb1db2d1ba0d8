import { startWebSocketProxy } from '@bearmq/test-database/websocket-proxy';
import { neonConfig } from '@neondatabase/serverless';
import { WebSocket } from 'ws';
import { testUrl } from './support.ts';

/** Lets Neon's driver, which speaks to Neon's servers otherwise, speak to the server of the tests; resolves to its end. */
export async function speakNeon(): Promise<() => Promise<void>> {
  const proxy = await startWebSocketProxy(testUrl());
  neonConfig.webSocketConstructor = WebSocket;
  neonConfig.wsProxy = () => proxy.address;
  neonConfig.useSecureWebSocket = false;
  neonConfig.pipelineConnect = false;
  return () => proxy.close();
}
