import { EXIT, type ExitCode } from './exit-codes.ts';

/** What ends the command with a message and a number, and needs no stack to be understood. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** The command line, or the config file, says what makes no sense. Nothing was done. */
export function usageError(message: string, options?: ErrorOptions): CliError {
  return new CliError(EXIT.usage, message, options);
}
