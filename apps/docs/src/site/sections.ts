/** The folders of the site, in the order of its sidebar. A page's place within its folder is its front matter's `order`. */
export const SECTIONS = [
  { folder: 'start', title: 'Start' },
  { folder: 'guides', title: 'Guides' },
  { folder: 'operate', title: 'Operate' },
  { folder: 'concepts', title: 'Concepts' },
  { folder: 'reference', title: 'Reference' },
  { folder: 'compare', title: 'Compare' },
  { folder: 'migrate', title: 'Migrate' },
  { folder: 'internals', title: 'Internals' },
  { folder: 'upgrading', title: 'Upgrading' },
  { folder: 'decisions', title: 'Decisions' },
] as const;

export type Folder = (typeof SECTIONS)[number]['folder'];
