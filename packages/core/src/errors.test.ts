import { describe, expect, it } from '@jest/globals';
import * as core from './index.ts';

const made = [
  new core.InvalidOptionError('Worker.concurrency', 'must be a whole number'),
  new core.DuplicateJobDefinitionError('PING'),
  new core.PayloadError('PING', 'is undefined'),
  new core.SchemaVersionError('_job', 0, 1),
  new core.LeaseLostError('an id'),
  new core.JobTimeoutError('an id', 5),
  new core.WorkerStoppingError('a Worker', 'a job'),
  new core.DatabaseError('no', { sqlState: null, constraint: null }, undefined),
  new core.InvalidIdentifierError('schema name', '', 'must not be empty'),
];

describe('every error of ours', () => {
  it.each(made.map((error) => [error.name, error] as const))('%s is told by its name and code', (name, error) => {
    expect(error).toBeInstanceOf(core.BearError);
    expect(error).toBeInstanceOf(Error);
    expect(Reflect.get(core, name)).toBe(error.constructor);
    expect(error.code).toMatch(/^BEAR_[A-Z_]+$/);
    expect(String(error)).toBe(`${name}: ${error.message}`);
  });

  it('has a code of its own', () => {
    expect(new Set(made.map(({ code }) => code)).size).toBe(made.length);
  });

  it('says in one sentence what is wrong and what to do', () => {
    expect(new core.DuplicateJobDefinitionError('PI"NG').message).toBe(
      'another job definition named "PI\\"NG" is registered in this context; give each its own name',
    );
    expect(new core.SchemaVersionError('_job', 3, 4).message).toBe(
      'the schema "_job" is at version 3, but version 4 is required: run npx bearmq migrate, or in a program ' +
        'migrate({ driver, schema }) or every statement of generateMigrationSql(schema), and try again',
    );
    expect(new core.PayloadError('PING', 'is undefined', { cause: 'c' })).toMatchObject({
      message: 'the payload for "PING" is undefined',
      cause: 'c',
    });
  });
});
