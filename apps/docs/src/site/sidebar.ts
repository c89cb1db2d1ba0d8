import type { DefaultTheme } from 'vitepress';
import { foldersOf, type Page, pagesOf, routeOf } from './pages.ts';
import { type Folder, SECTIONS } from './sections.ts';

/** Those that the bar at the top has. */
const IN_NAV: readonly Folder[] = ['start', 'guides', 'operate', 'concepts', 'reference'];

const entryOf = ({ title, file }: Page): DefaultTheme.SidebarItem => ({ text: title, link: routeOf(file) });

/** A group for each folder with pages; folders in it are groups of their own, after its pages. */
export function sidebarOf(root: string): DefaultTheme.SidebarItem[] {
  return SECTIONS.flatMap(({ folder, title }) => {
    if (pagesOf(root, folder).length === 0) return [];
    const { items = [], ...group } = groupOf(root, folder);
    const inner = foldersOf(root, folder).map((one) => groupOf(root, one));
    return [{ ...group, text: title, items: [...items, ...inner], collapsed: folder !== 'start' }];
  });
}

/**
 * A group leads to the first page of its folder: one that leads nowhere would be a button with another in it, of which those
 * who cannot see it are not told.
 */
function groupOf(root: string, folder: string): DefaultTheme.SidebarItem {
  const pages = pagesOf(root, folder);
  const index = pages.find(({ file }) => file.endsWith('/index.md'));
  if (index === undefined) throw new Error(`${folder} needs an index.md: its group in the sidebar leads there`);
  return { ...entryOf(index), collapsed: true, items: pages.filter((page) => page !== index).map(entryOf) };
}

export function navOf(root: string): DefaultTheme.NavItem[] {
  return SECTIONS.filter(({ folder }) => IN_NAV.includes(folder)).flatMap(({ folder, title }) => {
    const [first] = pagesOf(root, folder);
    return first === undefined ? [] : [{ text: title, link: routeOf(first.file), activeMatch: `^/${folder}/` }];
  });
}
