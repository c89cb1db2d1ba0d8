import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Application, type ProjectReflection, ReflectionKind, type TypeDocOptions } from 'typedoc';
import type { PluginOptions } from 'typedoc-plugin-markdown';
import { PACKAGES, rewritePages } from './api-pages.ts';
import { REPOSITORY, SITE } from './repository.ts';

const FOLDER = join(SITE, 'reference', 'api');

/** Writes a page for each package into `reference/api`, by typedoc. @throws Error where typedoc finds something wrong. */
export async function writeApi(): Promise<void> {
  const options: TypeDocOptions & PluginOptions = {
    entryPoints: PACKAGES.map(({ folder }) => join(REPOSITORY, 'packages', folder, 'src', 'index.ts')),
    tsconfig: join(SITE, 'tsconfig.api.json'),
    plugin: ['typedoc-plugin-markdown'],
    outputs: [{ name: 'markdown', path: FOLDER }],
    basePath: join(REPOSITORY, 'packages'),
    skipErrorChecking: true, // `pnpm typecheck` does
    readme: 'none',
    disableSources: true,
    excludePrivate: true,
    excludeInternal: true,
    excludeExternals: true,
    sort: ['kind', 'alphabetical'],
    validation: { invalidLink: false, notExported: false, notDocumented: false },
    logLevel: 'Warn',
    router: 'module',
    entryFileName: 'index',
    hidePageHeader: true,
    hideBreadcrumbs: true,
    hidePageTitle: true,
    sanitizeComments: true,
    parametersFormat: 'table',
    interfacePropertiesFormat: 'table',
    classPropertiesFormat: 'table',
    typeDeclarationFormat: 'table',
    tableColumnSettings: { hideSources: true, hideInherited: true, hideOverrides: true, hideModifiers: true },
  };
  const app = await Application.bootstrapWithPlugins(options as Partial<TypeDocOptions>);
  const project = await app.convert();
  if (project === undefined) throw new Error('typedoc could not read the packages');
  for (const module of project.children ?? []) {
    const known = PACKAGES.find(({ folder }) => module.name.startsWith(`${folder}/`));
    if (known !== undefined) module.name = known.folder;
  }
  removeConstructors(project);
  rmSync(FOLDER, { recursive: true, force: true });
  await app.generateOutputs(project);
  rewritePages(FOLDER);
}

/** The errors that users throw themselves. */
const THROWN = ['JobFailure', 'JobSnooze'];

/** How BearMQ makes its errors is of no use to those who catch them. */
function removeConstructors(project: ProjectReflection): void {
  for (const made of project.getReflectionsByKind(ReflectionKind.Constructor)) {
    const { parent } = made;
    const isOfError = parent !== undefined && /^(?:\w+Error|JobFailure|JobSnooze)$/.test(parent.name);
    if (isOfError && !THROWN.includes(parent.name)) project.removeReflection(made);
  }
}
