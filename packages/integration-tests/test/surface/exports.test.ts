import { describe, expect, it } from '@jest/globals';
import { declaredNames } from './support/exported-names.ts';
import { promisedNames } from './support/promised-names.ts';
import { specifiers } from './support/published-packages.ts';

describe('the exported names', () => {
  it('are listed here for every entry point', () => {
    expect(Object.keys(promisedNames).sort()).toEqual([...specifiers].sort());
  });

  it.each(specifiers)('of %s', async (specifier) => {
    const declared = declaredNames(specifier);
    expect(declared).toEqual([...(promisedNames[specifier] ?? [])].sort());
    // What exists at run time is declared too.
    expect(declared).toEqual(expect.arrayContaining(Object.keys(await import(specifier))));
  });
});
