import { rejectionOf } from '@bearmq/test-support';
import { describe, expect, it } from '@jest/globals';
import { diagnose, InvalidIdentifierError, InvalidOptionError } from 'bearmq';
import { freshName, useSchema } from '../support/database.ts';
import { judgeServer, type ServerFacts } from './support/catalogue.ts';

const schema = useSchema();
const at = { schema: schema.name };

describe('diagnose tells of a server', () => {
  const fine: ServerFacts = {
    version: 140_000,
    isStandby: false,
    isReadOnly: false,
    isolation: 'read committed',
    off: [],
    role: 'me',
  };

  it('nothing, when nothing is wrong with it', () => {
    expect(judgeServer(fine)).toEqual([]);
  });

  it('that is too old', () => {
    expect(judgeServer({ ...fine, version: 130_022 })).toMatchObject([
      { kind: 'server-version', severity: 'error', subject: 'PostgreSQL 13.22' },
    ]);
  });

  it('that is a standby', () => {
    expect(judgeServer({ ...fine, isStandby: true, isReadOnly: true })).toMatchObject([
      { kind: 'read-only', severity: 'error', subject: 'server' },
    ]);
  });

  it.each(['autovacuum', 'track_counts'])('that vacuums nothing: %s', (setting) => {
    expect(judgeServer({ ...fine, off: [setting] })).toMatchObject([
      { kind: 'autovacuum-off', severity: 'error', subject: `setting ${setting}` },
    ]);
  });

  it('whose sessions are read-only', async () => {
    const driver = schema.newDriver({ options: '-c default_transaction_read_only=on' });
    expect(await diagnose({ driver, ...at })).toMatchObject([{ kind: 'read-only', severity: 'error' }]);
  });

  it('whose transactions are of another isolation', async () => {
    const driver = schema.newDriver({ options: '-c default_transaction_isolation=serializable' });
    expect(await diagnose({ driver, ...at })).toMatchObject([
      { kind: 'isolation', severity: 'error', message: expect.stringContaining('"serializable"') },
    ]);
  });
});

it.each([-1, 86_401, Number.NaN])('diagnose refuses a patience of %s', async (patienceSecs) => {
  const error = await rejectionOf(diagnose({ driver: schema.driver(), ...at, patienceSecs }));
  expect(error).toBeInstanceOf(InvalidOptionError);
});

it('diagnose refuses a schema name that PostgreSQL could not hold', async () => {
  const error = await rejectionOf(diagnose({ driver: schema.driver(), schema: '' }));
  expect(error).toBeInstanceOf(InvalidIdentifierError);
});

it('diagnose rejects when the database cannot be asked', async () => {
  const driver = schema.newDriver({ url: 'postgres://nobody@127.0.0.1:1/nothing' });
  expect(await rejectionOf(diagnose({ driver, schema: freshName() }))).toMatchObject({ name: 'DatabaseError' });
});
