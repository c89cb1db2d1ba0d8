import { fileURLToPath } from 'node:url';
import { runBenchmark } from './benchmark.ts';
import { contestants } from './contestants/index.ts';
import { nodeIsAtLeast, runUnderNewerNode } from './newer-node.ts';
import { HELP, parseOptions } from './options.ts';

const args = process.argv.slice(2);
const options = parseOptions(args);

if (options.help) {
  console.log(HELP);
} else if (options.peers && !options.thisNode && contestants.some(({ node }) => node && !nodeIsAtLeast(node))) {
  process.exitCode = await runUnderNewerNode(fileURLToPath(import.meta.url), [...args, '--this-node']);
} else {
  await runBenchmark(options, `pnpm bench ${args.filter((arg) => arg !== '--this-node').join(' ')}`.trim());
}
