// A program that holds a pooler before the server that it is told of: prints where it is, and goes on until it is killed.
import process from 'node:process';
import { startPgBouncer } from '@bearmq/test-database';

const { url, folder } = await startPgBouncer({ url: process.argv[2] });
process.stdout.write(`${JSON.stringify({ url, folder })}\n`);
process.stdin.resume();
