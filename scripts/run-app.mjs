// pnpm demo, pnpm bench, pnpm torture: builds what an app needs, then becomes the app. Further arguments are the app's.
// One process, not a parent and a child: Ctrl-C and kill reach the app itself, once, and it ends in its own time.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root, runTurbo } from './run-turbo.mjs';

const [app, ...args] = process.argv.slice(2);
const built = runTurbo(['build', `--filter=@bearmq/${app}`], { stdio: 'pipe', encoding: 'utf8' });
if (built.ok) {
  const main = join(root, 'apps', app, 'dist', 'main.js');
  process.argv = [process.argv[0], main, ...(args[0] === '--' ? args.slice(1) : args)];
  await import(pathToFileURL(main).href);
} else {
  process.stderr.write(`${built.output}\n${app} could not be built.\n`);
  process.exitCode = 1;
}
