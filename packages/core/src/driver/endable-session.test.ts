import { describe, expect, it } from '@jest/globals';
import { DatabaseError } from './database-error.ts';
import type { SqlRow } from './driver.ts';
import { EndableSession } from './endable-session.ts';

const statement = { name: 'one', text: 'select 1::int4 as one', values: [] };

function databaseError(sqlState: string | null): DatabaseError {
  return new DatabaseError(`failed by ${sqlState}`, { sqlState, constraint: null }, undefined);
}

/** A session whose statements are answered by hand, in the order in which they were sent. */
function byHand() {
  const sent: { readonly resolve: (rows: readonly SqlRow[]) => void; readonly reject: (error: unknown) => void }[] = [];
  const session = new EndableSession(
    () =>
      new Promise((resolve, reject) => {
        sent.push({ resolve, reject });
      }),
  );
  return { session, sent };
}

describe('a session that can be ended', () => {
  it('sends a statement at once, and gives its rows', async () => {
    const { session, sent } = byHand();
    const rows = session.run(statement);
    expect(sent).toHaveLength(1);
    sent[0]?.resolve([[1]]);
    expect(await rows).toEqual([[1]]);
  });

  it('refuses statements after its end, each with the reason that was given first, and sends none', async () => {
    const { session, sent } = byHand();
    expect(session.refusal).toBeUndefined();
    const cause = new Error('cut');
    session.end('it is over', '08003', cause);
    session.end('it is over again', '25P01');
    for (let i = 0; i < 2; i += 1) {
      await expect(session.run(statement)).rejects.toMatchObject({ message: 'it is over', sqlState: '08003', cause });
    }
    expect(session.refusal).toMatchObject({ sqlState: '08003' });
    expect(sent).toEqual([]);
  });

  it('still answers what was asked for before its end, and is settled only then', async () => {
    const { session, sent } = byHand();
    const rows = session.run(statement);
    const failure = session.run(statement);
    session.end('it is over', '25P01');
    let isSettled = false;
    const settled = session.settled().then(() => {
      isSettled = true;
    });
    sent[0]?.resolve([[1]]);
    expect(await rows).toEqual([[1]]);
    expect(isSettled).toBe(false);
    sent[1]?.reject(databaseError('22012'));
    await expect(failure).rejects.toMatchObject({ sqlState: '22012' });
    await settled;
    expect(session.lastError).toMatchObject({ sqlState: '22012' });
  });

  it('knows what failed last, but not that which failed because of it, nor what never was a statement', async () => {
    const { session, sent } = byHand();
    expect(session.lastError).toBeNull();
    const failures = ['23505', null, '25P02'].map(databaseError);
    for (const [i, failure] of [...failures, new TypeError('not sent')].entries()) {
      const run = session.run(statement);
      sent[i]?.reject(failure);
      await expect(run).rejects.toBe(failure);
    }
    expect(session.lastError).toBe(failures[1]);
  });

  it('is settled when nothing was asked of it', async () => {
    await byHand().session.settled();
  });
});
