import { CliError } from './cli-error.ts';
import { EXIT } from './exit-codes.ts';
import type { Surroundings } from './surroundings.ts';

/**
 * Asks a person whether to go on.
 *
 * @param what is to be done: `cancel 12 jobs`.
 * @throws {CliError} where nobody is there to be asked, or says anything but yes. Nothing was done then.
 */
export async function confirm({ stdin, stderr }: Surroundings, what: string): Promise<void> {
  if (stdin.isTTY !== true) {
    throw new CliError(
      EXIT.refused,
      `${what}: not confirmed: give --yes to do it, or --dry-run to see what it would do`,
    );
  }
  stderr.write(`${what}? [y/N] `);
  if (!/^y(es)?$/i.test((await firstLine(stdin)).trim())) throw new CliError(EXIT.refused, `${what}: not confirmed`);
}

async function firstLine(input: Surroundings['stdin']): Promise<string> {
  let text = '';
  for await (const chunk of input) {
    text += typeof chunk === 'string' ? chunk : new TextDecoder().decode(chunk);
    if (text.includes('\n')) break;
  }
  return text.split('\n')[0] ?? '';
}
