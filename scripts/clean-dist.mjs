// The first step of every package's build: tsc removes nothing, so what was built of a deleted source would be published.
import { rmSync } from 'node:fs';

rmSync('dist', { recursive: true, force: true });
