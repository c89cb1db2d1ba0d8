// #region recipe
import { type SqlRow, type SqlSession, toDatabaseError } from '@bearmq/core/driver';
import type { EntityManager } from 'typeorm';

export function fromTypeOrm({ queryRunner }: EntityManager): SqlSession {
  return {
    run: async ({ name, text, values }) => {
      if (values.includes(undefined as never)) throw new TypeError(`undefined among the values of ${name}`);
      if (!queryRunner?.isTransactionActive) throw new Error('this is not the manager of an open transaction');
      try {
        const { records } = await queryRunner.query(text, [...values], true);
        return records.map((row): SqlRow => Object.values(row));
      } catch (error) {
        throw toDatabaseError(error);
      }
    },
  };
}
// #endregion recipe
