// Does what `prisma generate` does, with the same generator, but without the `prisma` package: that is twice as much to
// install as all of this, and fetches an engine from a server of its own even when none is needed.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const { PrismaClientTsGenerator } = require('@prisma/client-generator-ts'); // Node.js cannot load its ES module
const { getGenerators, loadSchemaContext } = require('@prisma/internals');

const schema = fileURLToPath(new URL('../prisma/schema.prisma', import.meta.url));
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
