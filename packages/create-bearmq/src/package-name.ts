import { DEFAULT_FOLDER } from './choices.ts';

/** Names that npm keeps for itself. */
const REFUSED: readonly string[] = ['', 'node_modules', 'favicon.ico'];
/** As many characters as npm takes. */
const LONGEST = 214;

/** A name that npm takes, made of that of a folder. */
export function nameOf(folder: string): string {
  const name = folder
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+/, '')
    .slice(0, LONGEST)
    .replace(/-+$/, '');
  return REFUSED.includes(name) ? DEFAULT_FOLDER : name;
}
