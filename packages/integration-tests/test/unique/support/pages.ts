import { JobDefinition, type UniqueOptions } from 'bearmq';
import type { TestSchema } from '../../support/database.ts';

export interface Page {
  readonly page: string;
  readonly n?: number;
}

/** Unique definitions, each of a name of its own, and the payloads of their jobs in order. */
export function usePages(schema: TestSchema) {
  let made = 0;
  return {
    pages: (unique: Partial<UniqueOptions<Page>> = {}, context = schema.context()): JobDefinition<Page> => {
      made += 1;
      const rule = { key: ({ page }: Page) => page, until: 'started', ...unique } as const;
      return new JobDefinition({ context, name: `PAGE ${made}`, unique: rule, workFunction: (_: Page) => {} });
    },
    stored: async (definition: { readonly name: string }): Promise<Page[]> =>
      (await schema.rows('select payload::text from {s}.job where name = $1 order by seq', [definition.name])).map(
        ({ payload }) => JSON.parse(String(payload)) as Page,
      ),
  };
}
