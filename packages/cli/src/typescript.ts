import { createRequire } from 'node:module';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { usageError } from './cli-error.ts';

type Module = Readonly<Record<string, unknown>>;

/**
 * Imports a module of the user's. TypeScript goes through the `tsx` that its project has installed, as `node --import tsx`
 * would have it; else through Node.js itself, from 22.18 on.
 *
 * @throws {CliError} for TypeScript where there is neither, and for a package that is not installed: with what to do. Whatever the module throws itself.
 */
export async function importModule(file: string): Promise<Module> {
  const isTypeScript = /\.[mc]?tsx?$/.test(file);
  if (isTypeScript) await prepare(file);
  try {
    return namesOf((await import(pathToFileURL(file).href)) as Module);
  } catch (error) {
    const missing = missingPackage(error);
    if (missing !== undefined) throw usageError(`${missing.message}: npm install ${missing.name}`, { cause: error });
    if (!isTypeScriptRefused(error)) throw error;
    throw usageError(`${error.message}: ${REMEDY}`, { cause: error }); // a module of JavaScript that imports some
  }
}

const REMEDY =
  `this Node.js (${process.version}) does not run TypeScript by itself: npm install --save-dev tsx in that project, and the ` +
  'same call goes through it; or use Node.js 22.18 or later';

/** What it exports. Of a module that was compiled to CommonJS, `import` gives all of that as its default. */
function namesOf(imported: Module): Module {
  const { default: all } = imported;
  const isCompiled = typeof all === 'object' && all !== null && '__esModule' in all;
  return isCompiled ? (all as Module) : imported;
}

async function prepare(file: string): Promise<void> {
  if (isLoaderThere()) return;
  const tsx = tsxOf(file);
  if (tsx !== undefined)
    await import(pathToFileURL(tsx).href); // which registers itself
  else if (!runsTypeScript()) throw usageError(`${file}: ${REMEDY}`);
}

/** Where the project of a file has tsx; `undefined` where it has not. */
function tsxOf(file: string): string | undefined {
  try {
    return createRequire(file).resolve('tsx');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

/** Node.js does by itself from 22.18 on, and Bun and Deno always did. */
function runsTypeScript(): boolean {
  const { features, versions } = process as { readonly features: { readonly typescript?: unknown } } & NodeJS.Process;
  return Boolean(features.typescript) || versions['bun'] !== undefined || versions['deno'] !== undefined;
}

/** A loader such as tsx says so in the arguments that Node.js was given, by itself or in the environment. */
function isLoaderThere(): boolean {
  if (process.versions['bun'] !== undefined || process.versions['deno'] !== undefined) return true;
  const given = [...process.execArgv, process.env['NODE_OPTIONS'] ?? ''];
  return given.some((arg) => /\b(tsx|ts-node|swc|jiti)\b/.test(arg));
}

/** What it imports and nobody has installed, by the words of Node.js. */
function missingPackage(error: unknown): { readonly name: string; readonly message: string } | undefined {
  if (!(error instanceof Error) || (error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') return undefined;
  const name = /^Cannot find package '([^']+)' imported from/.exec(error.message)?.[1];
  return name === undefined || name.startsWith('/') ? undefined : { name, message: error.message };
}

function isTypeScriptRefused(error: unknown): error is Error {
  const { code } = (error ?? {}) as NodeJS.ErrnoException;
  return error instanceof Error && code === 'ERR_UNKNOWN_FILE_EXTENSION' && /\.[mc]?tsx?\b/.test(error.message);
}
