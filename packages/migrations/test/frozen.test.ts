import { tablesOf } from '@bearmq/core/schema';
import { describe, expect, it } from '@jest/globals';
import { freezeVersion, hashOf } from '../freeze/texts.ts';
import { thaw } from '../src/frozen.ts';
import { type Migration, statementsOf } from '../src/migration.ts';
import { livingSchema } from '../src/schema/index.ts';

const whole: Migration = { version: 1, name: 'whole', statements: livingSchema };
const index: Migration = {
  version: 2,
  name: 'index',
  oldestClient: 2,
  index: ({ job, fn }) => ({ name: 'i', table: job, definition: `(${fn('key')}(payload)) where name <> '\`\${x}\\'` }),
};

describe('a frozen version', () => {
  it.each(['_bearmq', 'bearmq', '"bearmq"', '$bearmq$', '$bearmq$ $bearmq_0$', 'We"ird', "it's", 'a\\b', "$&$'", '🐻'])(
    'makes in a schema named %j what it was frozen of',
    (name) => {
      for (const draft of [whole, index]) {
        expect(statementsOf(thaw(freezeVersion(draft)), tablesOf(name))).toEqual(statementsOf(draft, tablesOf(name)));
      }
    },
  );

  it('keeps which programs must be upgraded before it', () => {
    expect(thaw(freezeVersion(index))).toMatchObject({ version: 2, name: 'index', oldestClient: 2 });
    expect(thaw(freezeVersion(whole))).not.toHaveProperty('oldestClient');
  });

  it.each([
    ["a literal of the schema's name", ({ schemaName }) => `select '${schemaName}'`],
    ['the name that stands for it', () => 'select 1 as "bearmq"'],
    ['a dollar quote of its own', () => 'do $bearmq$ begin end $bearmq$'],
  ] satisfies [string, (n: ReturnType<typeof tablesOf>) => string][])(
    'is refused where it would depend on the name: %s',
    (_what, statement) => {
      const draft: Migration = { version: 1, name: 'named', statements: (n) => [statement(n)] };
      expect(() => freezeVersion(draft)).toThrow(/^version 1 \(named\) cannot be frozen: .* NAME_TAG/);
    },
  );

  it('has another hash with whatever is changed of it', () => {
    const version = { version: 1, name: 'a', makes: { statements: ['select 1', 'select 2'] } };
    const changed = [
      version,
      { ...version, version: 2 },
      { ...version, name: 'b' },
      { ...version, oldestClient: 1 },
      { ...version, makes: { statements: ['select 1', 'select 3'] } },
      { ...version, makes: { statements: ['select 2', 'select 1'] } },
      { ...version, makes: { index: { name: 'i', table: 't', definition: 'd' } } },
      { ...version, makes: { index: { name: 'i', table: 't', definition: 'e' } } },
    ];
    expect(new Set(changed.map(hashOf)).size).toBe(changed.length);
  });
});
