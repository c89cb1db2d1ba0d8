// node prisma-generate.mjs SCHEMA: does what `prisma generate` does, with the same generator, but without the `prisma` package:
// that is twice as much to install as all of this, and fetches an engine from a server of its own even when none is needed.
// The generator is that of the package in whose folder it is called.
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import process from 'node:process';

const requireThere = createRequire(join(process.cwd(), 'package.json'));
const { PrismaClientTsGenerator } = requireThere('@prisma/client-generator-ts'); // Node.js cannot load its ES module
const { getGenerators, loadSchemaContext } = requireThere('@prisma/internals');

const schema = resolve(process.argv[2] ?? 'prisma/schema.prisma');
const generators = await getGenerators({
  schemaContext: await loadSchemaContext({ schemaPath: { cliProvidedPath: schema }, printLoadMessage: false }),
  registry: { 'prisma-client': { type: 'in-process', generator: new PrismaClientTsGenerator() } },
  skipDownload: true,
  cliCommand: 'prisma generate',
});
for (const generator of generators) {
  await generator.generate();
  generator.stop();
}
