import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type PublishedPackage, publishedPackages } from './published-packages.ts';

/** The names that an entry point's declarations export, types among them, in alphabetical order. */
export function declaredNames(specifier: string): string[] {
  const text = readFileSync(declarationsOf(specifier), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
  const listed = [...text.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap(([, names]) => (names ?? '').split(','));
  const declaration = /^export (?:declare )?(?:abstract )?(?:async )?(?:class|const|function|interface|type) (\w+)/gm;
  const declared = [...text.matchAll(declaration)].map(([, name]) => name ?? '');
  return [...listed, ...declared]
    .map((name) =>
      name
        .trim()
        .replace(/^type /, '')
        .replace(/^.* as /, ''),
    )
    .filter((name) => name !== '')
    .sort();
}

function declarationsOf(specifier: string): string {
  const owner = publishedPackages.find(({ specifiers }) => specifiers.includes(specifier)) as PublishedPackage;
  const entry = owner.manifest.exports[`.${specifier.slice(owner.name.length)}`];
  if (typeof entry !== 'object' || entry['types'] === undefined) throw new Error(`${specifier} has no declarations.`);
  return join(owner.folder, entry['types']);
}
