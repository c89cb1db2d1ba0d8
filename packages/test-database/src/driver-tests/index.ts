export { hears, listeningSession, noting } from './listeners.ts';
export { type NetworkSetup, testOnBadNetwork, type WithNetworkDriver } from './network-tests.ts';
export { runProgram } from './programs.ts';
export { rolledBack, undone } from './rolled-back.ts';
export { cut, notify, oneValue, statement, testUrl, unique } from './statements.ts';
