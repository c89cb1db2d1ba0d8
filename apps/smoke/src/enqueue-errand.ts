// The other process: enqueues one job and ends. Arguments: the client, the database's address, the schema.
import process from 'node:process';
import type { ClientName } from './client.ts';
import { openClient } from './clients.ts';
import { errand } from './errand.ts';

const [name, url, schema] = process.argv.slice(2) as [ClientName, string, string];
const client = await openClient(name, url, schema);
const job = errand(client.newContext(), () => {});
// In a transaction, because then the notification goes out with the commit. Without, it follows in a statement that
// nobody waits for, and a pool that is ended at once takes that along.
await client.transaction((tx) => job.enqueue({ from: process.pid }, { tx }));
await client.end();
