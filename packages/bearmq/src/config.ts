export { type CliConfig, defineConfig } from '@bearmq/cli/config';
