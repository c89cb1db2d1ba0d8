import { navigate, usePathname, useSearch } from 'wouter-preact/use-browser-location';
import { base } from './api.ts';

// wouter decodes an address before it takes it apart, and leaves what has a meaning in one (a slash, a question mark) as it is.
// A name with one of those would be another name then, and so would one with a percent sign. So it is given addresses
// whose percent signs are written as such, and pages decode the parts that they take: see `plainPart`.

const asItIs = (text: string): string => text.replaceAll('%', '%25');

/** The path from the mount on, as it is in the address. */
export function useLocationAsItIs(): [string, typeof navigate] {
  const path = usePathname();
  const isInside = path === base || path.startsWith(`${base}/`);
  return [asItIs(isInside ? path.slice(base.length) || '/' : path), go];
}

export function useSearchAsItIs(): string {
  return asItIs(useSearch());
}

export const withBase = (path: string): string => base + path;

const go: typeof navigate = (to, options) => navigate(withBase(String(to)), options);

/** A part of a path, as whoever named it wrote it. */
export function plainPart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // typed by hand: it is no escape, and means itself
  }
}
