// Has Node.js import TypeScript: the versions that we build on take it for a syntax error. What core gives to drivers and
// migrations is taken from its source, so that nothing need be built.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { transform } from '@swc/core';

const SOURCES = new Map(
  ['driver', 'schema'].map((part) => [
    `@bearmq/core/${part}`,
    new URL(`../../core/src/${part}/index.ts`, import.meta.url).href,
  ]),
);

/** @type {import('node:module').ResolveHook} */
export async function resolve(specifier, context, nextResolve) {
  return await nextResolve(SOURCES.get(specifier) ?? specifier, context);
}

/** @type {import('node:module').LoadHook} */
export async function load(url, context, nextLoad) {
  if (!url.startsWith('file:') || !url.endsWith('.ts')) return await nextLoad(url, context);
  const { code } = await transform(await readFile(fileURLToPath(url), 'utf8'), {
    filename: fileURLToPath(url),
    configFile: false,
    swcrc: false,
    jsc: { target: 'es2023', parser: { syntax: 'typescript' } },
    module: { type: 'es6' },
    sourceMaps: 'inline',
  });
  return { format: 'module', source: code, shortCircuit: true };
}
