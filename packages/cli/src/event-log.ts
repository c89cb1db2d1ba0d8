import type { EventLogger } from '@bearmq/core';
import type { TextOutput } from './surroundings.ts';

type Level = keyof EventLogger;

/** Lines of a log, as JSON or for people. */
export function loggerTo(output: TextOutput, format: 'json' | 'pretty'): EventLogger {
  const write = format === 'json' ? jsonLine : prettyLine;
  const at =
    (level: Level) =>
    (fields: object, message: string): void => {
      output.write(`${write(level, message, fields)}\n`);
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

function jsonLine(level: Level, message: string, fields: object): string {
  return JSON.stringify({ time: new Date().toISOString(), level, message, ...fields });
}

function prettyLine(level: Level, message: string, fields: object): string {
  const { stack, error, ...rest } = fields as { readonly stack?: string; readonly error?: unknown };
  const told = Object.entries(rest).map(
    ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  const time = new Date().toISOString().slice(11, 23);
  const failure = stack ?? error;
  return [`${time} ${level.padEnd(5)} ${message}`, ...told].join(' ') + (failure === undefined ? '' : `\n${failure}`);
}
