import { builtModule } from './built-module.ts';
import { declarationOf } from './declarations.ts';
import { code, page, prose, table } from './markdown.ts';

const { EXPECTED } = await builtModule<typeof import('../../../../packages/doctor/dist/expected-objects.js')>(
  'doctor/dist/expected-objects.js',
);

const ROWS = 'packages/core/src/sessions/bear-tables.ts';

/** The views that are made for users' own queries, with the type that has a doc comment for each column. */
export const VIEWS = [
  { view: 'jobs', row: 'JobsViewRow' },
  { view: 'queues', row: 'QueuesViewRow' },
] as const;

export interface Column {
  readonly name: string;
  readonly type: string;
}

/** The columns of a view, as the doctor expects them. */
export function columnsOf(view: string): readonly Column[] {
  const found = EXPECTED.find(([kind, , name]) => kind === 'view' && name === view);
  if (found === undefined) throw new Error(`the doctor expects no view ${view}`);
  return found[3].split(', ').map((column) => {
    const [name = '', ...type] = column.split(' ');
    return { name, type: shortType(type.join(' ')) };
  });
}

/** The tables with their columns. */
export function tablesOf(): ReadonlyMap<string, readonly Column[]> {
  const tables = new Map<string, Column[]>();
  for (const [kind, table, name, type] of EXPECTED) {
    if (kind !== 'column') continue;
    tables.set(table, [...(tables.get(table) ?? []), { name, type: shortType(type) }]);
  }
  return tables;
}

const shortType = (type: string): string => type.replaceAll('timestamp with time zone', 'timestamptz');

export function sqlPage(): string {
  return page(
    {
      title: 'SQL',
      description: 'The views that are made for your own queries, and the tables beneath them.',
      order: 8,
    },
    [
      'How to use the views: [Reading in SQL](../operate/sql-views). The columns of a view stay what they are in every later version, and new ones come at its end. The tables beneath may change with each migration.',
      '',
      '## Views',
      '',
      ...VIEWS.flatMap(viewSection),
      '## Tables',
      '',
      'What a schema at this version consists of, for a look by hand: these names and types are no promise.',
      '',
      ...[...tablesOf()].flatMap(([name, columns]) => [
        `### ${code(name)}`,
        '',
        ...table(
          ['Column', 'Type'],
          columns.map((column) => [code(column.name), code(column.type)]),
        ),
      ]),
    ],
  );
}

function viewSection({ view, row }: (typeof VIEWS)[number]): readonly string[] {
  const declared = declarationOf(ROWS, row);
  const rows = columnsOf(view).map(({ name, type }) => {
    const member = declared.members.find((one) => one.name === name);
    if (member === undefined || member.doc.paragraphs.length === 0) {
      throw new Error(`${row} of ${ROWS} has no doc comment for the column ${name}`);
    }
    return [code(name), code(type), prose(member.doc)];
  });
  return [`### ${code(view)}`, '', prose(declared.doc), '', ...table(['Column', 'Type', 'What it is'], rows)];
}
