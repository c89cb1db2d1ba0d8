// The first step of every package's build: tsc removes nothing, so what was built of a deleted source would be published.
// Takes the folders to remove, `dist` by default.
import { rmSync } from 'node:fs';

const folders = process.argv.slice(2);
for (const folder of folders.length > 0 ? folders : ['dist']) {
  // Again, where something is put there meanwhile (ENOTEMPTY): by another build, or by what looks at every new file.
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
}
