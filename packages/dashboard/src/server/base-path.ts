/** Where a request is within the dashboard. */
export interface Place {
  /** The mount, as far as it is in the address: `/admin/jobs`, or ''. */
  readonly mount: string;
  /** The path from there: `/lanes`; '' where the address ends with the mount. */
  readonly path: string;
  /** How a page at this address names the mount: `../`, `./`, `jobs/`. */
  readonly up: string;
}

/** A framework may have taken the mount away: then the path is all there is. */
export function placeOf(pathname: string, mountedAt: string): Place {
  const mount = mountedAt !== '' && (pathname === mountedAt || pathname.startsWith(`${mountedAt}/`)) ? mountedAt : '';
  const path = pathname.slice(mount.length);
  // Some frameworks redirect an address to one without a slash at its end: so we do not redirect to one with it.
  if (path === '') return { mount, path, up: `${mount.slice(mount.lastIndexOf('/') + 1)}/` };
  return { mount, path, up: '../'.repeat(path.split('/').length - 2) || './' };
}
