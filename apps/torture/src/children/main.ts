// A process of a torture: a worker, a producer, an orchestrator or an operator. See config.ts for what it is told.
import { openLedger } from '../ledger/ledger-file.ts';
import { pgClient, postgresJsClient } from './client.ts';
import type { ChildConfig } from './config.ts';
import { makeContext } from './context.ts';
import { noteEvents } from './note-events.ts';
import { noteLags } from './note-lags.ts';
import { operate } from './operator.ts';
import { orchestrate } from './orchestrator.ts';
import { hogWhenTold, told } from './orders.ts';
import { produce } from './producer.ts';
import { work } from './worker.ts';

const config = JSON.parse(process.argv[2] ?? '{}') as ChildConfig;
const { name, role, ledger, traits } = config;
process.once('disconnect', () => process.exit(1)); // without the run there is nobody to live for
if (traits.strayRejections === 'survive') process.on('unhandledRejection', () => {});

const tell = openLedger(ledger, name);
const client = traits.client === 'pg' ? pgClient(config) : postgresJsClient(config);
const context = makeContext(client, traits);
noteEvents(context, tell);
noteLags(tell);
hogWhenTold(client, traits.poolMax, tell);

const roles = { worker: work, producer: produce, orchestrator: orchestrate, operator: operate };
await roles[role]({ context, client, tell, config, stopped: told('stop') });
await client.end();
process.removeAllListeners('disconnect');
process.disconnect(); // nothing else may keep it alive: who stopped everything ends by itself
// Where statements were never answered, postgres.js 3.4.9 goes on to connect after its `end`.
if (traits.client !== 'pg') process.exit();
