// Writes the frozen texts of the versions that no release has yet: node main.mjs [what] [folder of the package].
//
//   freeze    (the default) writes them, and the list of versions
//   check     changes nothing, and fails where they are not what the living schema and the drafts make
//   release   enters those that are new as released in this version of the package: from then on they never change
//   sealed    fails where a version has not been entered as released: what is published must be
//
// It reads the sources as they are, whether they were built or not.
import { register } from 'node:module';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

register('./source-loader.mjs', import.meta.url);
const { run } = await import('./run.ts');
const [what = 'freeze', folder = fileURLToPath(new URL('..', import.meta.url))] = process.argv.slice(2);
process.exitCode = await run(what, folder);
