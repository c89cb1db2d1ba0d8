// #region recipe
import { checkedValues, type SqlRow, type SqlSession, toDatabaseError } from '@bearmq/core/driver';
import pgPromise, { type ITask } from 'pg-promise';

export function fromPgPromise(t: ITask<object>): SqlSession {
  if (!t.ctx.inTransaction) throw new TypeError('pass the t of db.tx(async (t) => …)');
  return {
    run: async (statement) => {
      if (t.ctx.finish !== undefined) throw new Error('this transaction has ended');
      const query = new pgPromise.ParameterizedQuery({ text: statement.text, values: checkedValues(statement) });
      try {
        return (await t.any<object>(query)).map((row): SqlRow => Object.values(row));
      } catch (error) {
        throw toDatabaseError(error);
      }
    },
  };
}
// #endregion recipe
