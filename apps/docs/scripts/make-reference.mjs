// Bundles what makes the reference of the code, and runs it: src/reference/main.ts says what of.
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const outfile = at('dist/reference.mjs');
await build({
  entryPoints: [at('src/reference/main.ts')],
  outfile,
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  logLevel: 'warning',
});
await import(pathToFileURL(outfile).href);
