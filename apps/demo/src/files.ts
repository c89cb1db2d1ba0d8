import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { codeOf } from './errors.ts';

const SKIPPED_FOLDERS: ReadonlySet<string> = new Set(['.git', 'node_modules', 'dist', '.turbo']);

/** What the listing tells of beside files. */
export interface ListingNotes {
  /** Folders that cannot be read, with the reason. */
  readonly unreadable: { readonly path: string; readonly problem: string }[];
  /** Links, sockets and devices: not followed, not opened. */
  skipped: number;
}

/**
 * Lists the files below a folder as paths relative to it, a list for each folder that has any, in the order of their
 * names. Links are not followed.
 */
export async function* listFiles(root: string, notes: ListingNotes): AsyncGenerator<readonly string[]> {
  const folders = ['.'];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    try {
      const entries = await readdir(join(root, folder), { withFileTypes: true });
      entries.sort((a, b) => (a.name < b.name ? -1 : 1));
      const files = entries.filter((entry) => entry.isFile());
      const inner = entries.filter((entry) => entry.isDirectory());
      notes.skipped += entries.length - files.length - inner.length;
      if (files.length > 0) yield files.map(({ name }) => join(folder, name));
      for (const { name } of inner.reverse()) if (!SKIPPED_FOLDERS.has(name)) folders.push(join(folder, name));
    } catch (error) {
      notes.unreadable.push({ path: folder, problem: problemOf(error) });
    }
  }
}

/** A file's folder; `.` for the folder that was given. */
export function folderOf(path: string): string {
  return dirname(path);
}

/** What a file was found to be. A file that cannot be read has a problem, and no figures. */
export interface MeasuredFile {
  readonly path: string;
  readonly folder: string;
  /** The end of its name, or what stands for it. */
  readonly kind: string;
  readonly bytes: number;
  /** `null` for what is no text. */
  readonly lines: number | null;
  readonly words: number | null;
  readonly sha256: string | null;
  readonly problem: string | null;
  /** How long that took. */
  readonly ms: number;
}

/** Reads a file once, in pieces, whatever its size. */
export async function measureFile(root: string, path: string): Promise<MeasuredFile> {
  const about = { path, folder: folderOf(path), kind: extname(basename(path)).toLowerCase() || '(none)' };
  const startedAt = performance.now();
  const hash = createHash('sha256');
  const text = new TextMeter();
  let bytes = 0;
  try {
    for await (const chunk of createReadStream(join(root, path), { highWaterMark: 1 << 18 })) {
      hash.update(chunk as Buffer);
      text.add(chunk as Buffer);
      bytes += (chunk as Buffer).length;
    }
  } catch (error) {
    const nothing = { bytes: 0, lines: null, words: null, sha256: null };
    return { ...about, ...nothing, problem: problemOf(error), ms: performance.now() - startedAt };
  }
  const found = { bytes, ...text.result(), sha256: hash.digest('hex') };
  return { ...about, ...found, problem: null, ms: performance.now() - startedAt };
}

const LINE_FEED = 10;
const SPACE = 32;

/** Counts as `wc` does, but for a last line without an end, which counts too. A NUL byte: this is no text. */
class TextMeter {
  #isText = true;
  #lines = 0;
  #words = 0;
  #last = LINE_FEED;

  add(chunk: Buffer): void {
    this.#isText &&= !chunk.includes(0);
    if (!this.#isText) return;
    let last = this.#last;
    for (const byte of chunk) {
      if (byte === LINE_FEED) this.#lines += 1;
      if (!isSpace(byte) && isSpace(last)) this.#words += 1;
      last = byte;
    }
    this.#last = last;
  }

  result(): Pick<MeasuredFile, 'lines' | 'words'> {
    if (!this.#isText) return { lines: null, words: null };
    return { lines: this.#lines + (this.#last === LINE_FEED ? 0 : 1), words: this.#words };
  }
}

function isSpace(byte: number): boolean {
  return byte === SPACE || (byte >= 9 && byte <= 13);
}

const PROBLEMS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOENT: 'gone, or its name is not UTF-8',
  EISDIR: 'a folder by now',
  ELOOP: 'a circle of links',
};

function problemOf(error: unknown): string {
  const code = codeOf(error);
  return (code === undefined ? undefined : PROBLEMS[code]) ?? code ?? String(error);
}
