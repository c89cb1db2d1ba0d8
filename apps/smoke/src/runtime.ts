import process from 'node:process';
import { fileURLToPath } from 'node:url';

/** What runs this program: `node 20.19.0`, `bun 1.4.5`, `deno 2.9.6`. */
export function runtimeLabel(): string {
  const name = ['bun', 'deno'].find((one) => process.versions[one] !== undefined) ?? 'node';
  return `${name} ${process.versions[name]}`;
}

/** How to run another program of this package on the same runtime. */
export function commandFor(program: string): { readonly command: string; readonly args: readonly string[] } {
  const file = fileURLToPath(new URL(`./${program}.js`, import.meta.url));
  const args = process.versions['deno'] === undefined ? [file] : ['run', '--allow-all', file];
  return { command: process.execPath, args };
}
