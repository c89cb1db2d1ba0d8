// Lies in this folder so that names resolve to what is installed here, not in the workspace.

/** @type {(name: string) => Promise<unknown>} */
export const load = (name) => import(name);
