// A program that holds a server: prints where it is, takes no notice of SIGINT, stops it when its input ends.
import { embeddedBinaries, startPostgres, systemBinaries } from '@bearmq/test-database';

process.on('SIGINT', () => process.stdout.write('interrupted\n'));
const binaries = (await embeddedBinaries()) ?? systemBinaries();
const { url, pid, dataDir, stop } = await startPostgres(binaries, { durability: 'fast' });
process.stdout.write(`${JSON.stringify({ url, pid, dataDir })}\n`);
process.stdin.resume().on('end', async () => {
  await stop();
  process.stdin.destroy();
});
