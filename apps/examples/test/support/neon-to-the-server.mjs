// Lets Neon's driver, which speaks to Neon's servers otherwise, speak to the proxy of the tests; see orders.ts.
import { neonConfig } from '@neondatabase/serverless';

neonConfig.wsProxy = () => process.env.BEARMQ_WEBSOCKET_PROXY;
neonConfig.useSecureWebSocket = false;
neonConfig.pipelineConnect = false;
