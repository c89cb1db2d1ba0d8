import { describe, expect, it } from '@jest/globals';
import { BearError } from '../errors.ts';
import { DatabaseError, ofClosedClient, toDatabaseError } from './database-error.ts';

describe('whatever a client throws becomes a DatabaseError', () => {
  it('with what the server said, and the client’s own error as its cause', () => {
    const cause = Object.assign(new Error('duplicate key'), { code: '23505', constraint: 'job_pkey' });
    const error = toDatabaseError(cause);
    expect(error).toBeInstanceOf(DatabaseError);
    expect(error).toBeInstanceOf(BearError);
    expect(error).toMatchObject({
      name: 'DatabaseError',
      code: 'BEAR_DATABASE',
      message: 'duplicate key',
      sqlState: '23505',
      constraint: 'job_pkey',
      isRetryable: false,
      cause,
    });
  });

  it('once only', () => {
    const error = toDatabaseError(new Error('x'));
    expect(toDatabaseError(error)).toBe(error);
  });

  it('also where a client names the constraint differently, or a query builder wraps the error', () => {
    const inner = { message: 'no', code: '23503', constraint_name: 'fk' };
    const outer = new Error('Failed query: insert …', { cause: new Error('again', { cause: inner }) });
    expect(toDatabaseError(outer)).toMatchObject({ message: 'no', sqlState: '23503', constraint: 'fk', cause: outer });
  });

  it('without a state where the connection failed before there was one', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    expect(toDatabaseError(refused)).toMatchObject({
      sqlState: null,
      isRetryable: true,
      message: 'connect ECONNREFUSED',
    });
    const several = Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' });
    expect(toDatabaseError(several).message).toBe('ECONNREFUSED');
  });

  it('with what to do about prepared statements that get lost on the way', () => {
    for (const [code, said] of [
      ['26000', 'prepared statement "x" does not exist'],
      ['42P05', 'prepared statement "x" already exists'],
    ] as const) {
      const { message, sqlState } = toDatabaseError(Object.assign(new Error(said), { code }));
      expect(sqlState).toBe(code);
      expect(message.startsWith(`${said}; a pooler`)).toBe(true);
      expect(message).toMatch(/prepare: 'never'.*prepare: false/);
    }
  });

  it('even from what is no error at all, or refers to itself', () => {
    expect(toDatabaseError('text').message).toBe('text');
    expect(toDatabaseError(null).message).toBe('null');
    expect(toDatabaseError({}).message).toBe('unknown database error');
    const loop: { cause?: unknown } = {};
    loop.cause = loop;
    expect(toDatabaseError(loop).sqlState).toBe(null);
  });
});

describe('the error of a client that was ended', () => {
  it('is what it was, but not worth another try', () => {
    const lost = toDatabaseError(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }));
    expect(lost).toMatchObject({ isClientClosed: false, isRetryable: true });
    const closed = ofClosedClient(lost);
    expect(closed).toMatchObject({
      message: 'read ECONNRESET',
      sqlState: null,
      isClientClosed: true,
      isRetryable: false,
    });
    expect(closed.cause).toBe(lost.cause);
    expect(ofClosedClient(closed)).toBe(closed);
  });
});

describe('a DatabaseError', () => {
  it.each([
    ['08006', true],
    ['08P01', true],
    ['53300', true],
    ['57P01', true],
    ['57P05', true],
    ['40001', true],
    ['40P01', true],
    ['55P03', true],
    ['57014', true],
    ['25006', true],
    ['25P03', true],
    ['25P04', true],
    ['25P02', false],
    ['57P06', false],
    ['23505', false],
    ['42P01', false],
    ['42601', false],
    ['22P02', false],
    ['P0001', false],
    ['XX000', false],
  ])('with %s may succeed when tried again: %p', (sqlState, isRetryable) => {
    expect(new DatabaseError('m', { sqlState, constraint: null }, undefined).isRetryable).toBe(isRetryable);
  });
});
