// pnpm build, pnpm typecheck: one task in every package, in the order of their dependencies.
import { runTurbo } from './run-turbo.mjs';

process.exitCode = runTurbo(process.argv.slice(2)).ok ? 0 : 1;
