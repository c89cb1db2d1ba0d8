// A process of a torture: a worker, a producer or an orchestrator. See config.ts for what it is told.
import { Context } from 'bearmq';
import pg from 'pg';
import { openLedger } from '../ledger/ledger-file.ts';
import { CONTEXT_SETTINGS, SCHEMA } from '../settings.ts';
import type { ChildConfig } from './config.ts';
import { noteEvents } from './note-events.ts';
import { orchestrate } from './orchestrator.ts';
import { hogWhenTold, told } from './orders.ts';
import { produce } from './producer.ts';
import { work } from './worker.ts';

const config = JSON.parse(process.argv[2] ?? '{}') as ChildConfig;
const { name, role, url, ledger, traits } = config;
process.once('disconnect', () => process.exit(1)); // without the run there is nobody to live for
if (traits.strayRejections === 'survive') process.on('unhandledRejection', () => {});

const tell = openLedger(ledger, name);
const pool = new pg.Pool({
  connectionString: url,
  application_name: name,
  max: traits.poolMax,
  connectionTimeoutMillis: 5_000,
  ...(traits.statementTimeoutMs === null ? {} : { statement_timeout: traits.statementTimeoutMs }),
});
pool.on('error', () => {}); // idle connections that are cut: the next statement gets another
pool.on('connect', (client) => client.on('error', () => {})); // and those in use: their statement rejects
const context = new Context({ pool, schema: SCHEMA, ...CONTEXT_SETTINGS, wakeUp: traits.wakeUp });
noteEvents(context, tell);
hogWhenTold(pool, traits.poolMax);

const roles = { worker: work, producer: produce, orchestrator: orchestrate };
await roles[role]({ context, pool, tell, config, stopped: told('stop') });
await pool.end();
process.removeAllListeners('disconnect');
process.disconnect(); // nothing else may keep it alive: who stopped everything ends by itself
