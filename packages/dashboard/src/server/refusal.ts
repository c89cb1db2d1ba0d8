import { BearError } from '@bearmq/core';

export type RefusalStatus = 400 | 401 | 403 | 404 | 409 | 413 | 503;

/** What ends a request with an answer that is no success. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: RefusalStatus;
  readonly code: string;

  constructor(status: RefusalStatus, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export function notFound(what: string): Refusal {
  return new Refusal(404, 'NOT_FOUND', `there is no ${what}`);
}

export function badRequest(message: string): Refusal {
  return new Refusal(400, 'BAD_REQUEST', message);
}

const STATUS: Readonly<Record<string, RefusalStatus>> = {
  BEAR_INVALID_OPTION: 400,
  BEAR_PAYLOAD: 400,
  BEAR_DUPLICATE_JOB: 409,
  BEAR_JOB_NOT_FOUND: 404,
  BEAR_WAIT_TIMEOUT: 409,
  BEAR_SCHEDULE_NOT_FOUND: 404,
  BEAR_SCHEMA_VERSION: 503,
  BEAR_DATABASE: 503,
};

/** What BearMQ threw, as an answer; `undefined` for what is nobody's fault but the program's. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (error instanceof Refusal) return error;
  if (!(error instanceof BearError)) return undefined;
  const status = STATUS[error.code];
  return status === undefined ? undefined : new Refusal(status, error.code, error.message);
}
