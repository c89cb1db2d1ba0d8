import {
  InvalidIdentifierError,
  InvalidOptionError,
  PayloadError,
  ScheduleNotFoundError,
  SchemaVersionError,
} from '@bearmq/core';
import { DatabaseError, hasSqlState, SQL_STATES } from '@bearmq/core/driver';
import { inOwnWords } from './api-words.ts';
import { CliError } from './cli-error.ts';
import type { Command } from './command.ts';
import { flagOf } from './commander-tree.ts';
import { noSuchSchedule } from './commands/schedules/arguments.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { withoutPassword } from './secrets.ts';

/** A failure as its user is told of it. */
export interface Failure {
  readonly exitCode: ExitCode;
  readonly message: string;
}

/**
 * What the number of a failure is, and its one line. Passwords of addresses are left out, whoever wrote them there.
 *
 * @param command that was called: what the API refuses is told of the option by which it was given.
 */
export function failureOf(error: unknown, command?: Command): Failure {
  return { exitCode: exitCodeOf(error), message: withoutPassword(messageOf(error, command)) };
}

function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof CliError) return error.exitCode;
  if (error instanceof SchemaVersionError) return EXIT.schema;
  if (hasSqlState(error, SQL_STATES.undefinedTable, SQL_STATES.invalidSchemaName)) return EXIT.schema;
  if (hasSqlState(error, SQL_STATES.insufficientPrivilege)) return EXIT.refused;
  if (error instanceof DatabaseError && isUnreachable(error)) return EXIT.unreachable;
  const isInput =
    error instanceof InvalidOptionError || error instanceof InvalidIdentifierError || error instanceof PayloadError;
  return isInput ? EXIT.usage : EXIT.notInOrder;
}

/** No answer at all, or one of class 08 (connection), 28 (login), 3D (no such database), 53 (full) or 57P (shutting down). */
function isUnreachable({ sqlState }: DatabaseError): boolean {
  return sqlState === null || /^(08|28|3D|53|57P)/.test(sqlState);
}

function messageOf(error: unknown, command: Command | undefined): string {
  if (isOfListening(error)) return `${portFlagOf(command)}: ${error.port ?? 'the port'}: ${LISTENING[error.code]}`;
  if (!(error instanceof Error)) return String(error);
  if (error instanceof ScheduleNotFoundError) return noSuchSchedule(error).message;
  if (error instanceof InvalidOptionError && command !== undefined) return inOwnWords(error, command);
  if (error instanceof DatabaseError && isUnreachable(error)) return `cannot work with the database: ${error.message}`;
  return error.message;
}

/** Why a port cannot be had, and what to do, by the code of the system. */
const LISTENING = {
  EADDRINUSE: 'another program listens there (EADDRINUSE): give another port, or 0 for any that is free',
  EACCES: 'this user may not listen there (EACCES): give a port from 1024 on, or 0 for any that is free',
} as const;

interface ListeningError {
  readonly code: keyof typeof LISTENING;
  readonly port?: number;
}

function isOfListening(error: unknown): error is ListeningError {
  const { syscall, code = '' } = (error ?? {}) as Partial<NodeJS.ErrnoException>;
  return syscall === 'listen' && Object.hasOwn(LISTENING, code);
}

function portFlagOf(command: Command | undefined): string {
  return flagOf(Object.hasOwn(command?.options ?? {}, 'healthPort') ? 'healthPort' : 'port');
}
