// Puts what vite built into a module, `dist/server/web-files.js`: the server looks up no file while it runs, so it can be
// bundled, and runs where there is no file system. `src/server/web-files.d.ts` says what is in it.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';

const TYPES = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};
const root = join(import.meta.dirname, '..');
const web = join(root, 'dist', 'web');

const manifest = JSON.parse(readFileSync(join(web, 'manifest.json'), 'utf8'));
const entry = Object.values(manifest).find(({ isEntry }) => isEntry);
if (entry === undefined) throw new Error('vite built no entry: see vite.config.mjs');

const files = {};
for (const name of readdirSync(join(web, 'assets'))) {
  const type = TYPES[extname(name)];
  if (type === undefined) throw new Error(`${name}: name the content type of such files in scripts/embed-web.mjs`);
  const bytes = readFileSync(join(web, 'assets', name));
  const text = bytes.toString('utf8');
  const isText = Buffer.from(text, 'utf8').equals(bytes);
  files[name] = isText ? { type, text } : { type, base64: bytes.toString('base64') };
}
const { version: release } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const inPage = (file) => file.replace(/^assets\//, '');
const icon = manifest['icon.svg']?.file;
const built = {
  script: inPage(entry.file),
  icon: icon === undefined ? null : inPage(icon),
  styles: (entry.css ?? []).map(inPage),
  files,
};
mkdirSync(join(root, 'dist', 'server'), { recursive: true });
writeFileSync(
  join(root, 'dist', 'server', 'web-files.js'),
  `export const release = ${JSON.stringify(release)};\nexport const webFiles = ${JSON.stringify(built)};\n`,
);
