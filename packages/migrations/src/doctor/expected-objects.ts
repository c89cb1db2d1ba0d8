import type { CatalogueObject } from './catalogue.ts';

export const EXPECTED: readonly CatalogueObject[] = [];
