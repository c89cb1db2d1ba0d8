import { startWebSocketProxy } from '@bearmq/test-database/websocket-proxy';
import { neonConfig } from '@neondatabase/serverless';
import { neonConfig as configOfVercel } from '@neondatabase/serverless-0.9';
import { WebSocket } from 'ws';

/**
 * Lets Neon's driver, and the older one in Vercel's, which speak to Neon's servers otherwise, speak to the server of an
 * address; resolves to its end.
 */
export async function speakNeon(url: string): Promise<() => Promise<void>> {
  const proxy = await startWebSocketProxy(url);
  for (const config of [neonConfig, configOfVercel]) {
    config.webSocketConstructor = WebSocket;
    config.wsProxy = () => proxy.address;
    config.useSecureWebSocket = false;
    config.pipelineConnect = false;
  }
  return () => proxy.close();
}

/** The address as Vercel's driver takes it: of its servers, or of `localhost`. */
export function asVercelTakesIt(url: string): string {
  const local = new URL(url);
  local.hostname = 'localhost';
  return local.href;
}
