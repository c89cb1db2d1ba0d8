export { type CliConfig, defineConfig } from './config.ts';
export type { ExitCode } from './exit-codes.ts';
export { runCli } from './run-cli.ts';
export type { Surroundings, TextInput, TextOutput } from './surroundings.ts';
