// #region recipe
import { checkedValues, type SqlRow, type SqlSession, toDatabaseError } from '@bearmq/core/driver';
import type { EntityManager } from 'typeorm';

export function fromTypeOrm({ queryRunner }: EntityManager): SqlSession {
  return {
    run: async (statement) => {
      const values = checkedValues(statement);
      if (!queryRunner?.isTransactionActive) throw new Error('this is not the manager of an open transaction');
      try {
        const { records } = await queryRunner.query(statement.text, values, true);
        return records.map((row): SqlRow => Object.values(row));
      } catch (error) {
        throw toDatabaseError(error);
      }
    },
  };
}
// #endregion recipe
