// Makes of the code what the site has beside its pages: the pages of the TypeScript API, the description of the HTTP API, and
// the pictures. Git ignores these. With --pages, the pages of the reference that git keeps.
import { copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { writeApi } from './api.ts';
import { madePages } from './made-pages.ts';
import { openApi } from './openapi.ts';
import { REPOSITORY, SITE } from './repository.ts';

if (process.argv.includes('--pages')) await writePages();
else await writeRest();

async function writePages(): Promise<void> {
  for (const [name, text] of Object.entries(await madePages())) {
    writeFileSync(join(SITE, 'reference', `${name}.md`), text);
  }
}

async function writeRest(): Promise<void> {
  await writeApi();
  const served = join(SITE, 'public');
  rmSync(served, { recursive: true, force: true });
  mkdirSync(join(served, 'pictures'), { recursive: true });
  writeFileSync(join(served, 'openapi.json'), `${JSON.stringify(openApi(), null, 2)}\n`);
  const dashboard = join(REPOSITORY, 'packages', 'dashboard');
  copyFileSync(join(dashboard, 'web', 'icon.svg'), join(served, 'icon.svg'));
  for (const folder of [join(dashboard, 'pictures'), join(REPOSITORY, 'apps', 'benchmarks', 'charts')]) {
    for (const name of readdirSync(folder)) copyFileSync(join(folder, name), join(served, 'pictures', name));
  }
}
