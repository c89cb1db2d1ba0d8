// pnpm lint: Biome, the layer rules, those for SQL, whether the frozen versions are what the schema makes, and those for
// words. All run, so that one look shows everything.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from './run-turbo.mjs';

const checks = [
  ['biome', 'check', '--error-on-warnings', '.'],
  [process.execPath, join(root, 'packages', 'lint-rules', 'src', 'check-layers.mjs')],
  [process.execPath, join(root, 'packages', 'lint-rules', 'src', 'check-sql.mjs')],
  [process.execPath, join(root, 'packages', 'migrations', 'freeze', 'main.mjs'), 'check'],
  [process.execPath, join(root, 'packages', 'lint-rules', 'src', 'check-words.mjs')],
];
const results = checks.map(([command, ...args]) => spawnSync(command, args, { cwd: root, stdio: 'inherit' }));
process.exitCode = results.every(({ status }) => status === 0) ? 0 : 1;
