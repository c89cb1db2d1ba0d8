import { webFiles } from './web-files.js';

/** A file that a page loads, by its name, which has a hash of its content in it; `undefined` for any other name. */
export function assetNamed(name: string): Response | undefined {
  if (!Object.hasOwn(webFiles.files, name)) return undefined;
  const file = webFiles.files[name];
  if (file === undefined) return undefined;
  const body = file.text ?? Uint8Array.from(atob(file.base64 ?? ''), (char) => char.charCodeAt(0));
  return new Response(body, {
    headers: {
      'content-type': file.type,
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
    },
  });
}
