import * as bearmq from 'bearmq';
import { type Declaration, declarationsIn } from './declarations.ts';
import { code, page, prose, table } from './markdown.ts';

const FILES = [
  'packages/core/src/errors.ts',
  'packages/core/src/job-errors.ts',
  'packages/core/src/result-errors.ts',
  'packages/core/src/driver/database-error.ts',
  'packages/core/src/driver/identifiers.ts',
];

export interface ErrorClass {
  readonly name: string;
  readonly code: string;
  readonly declaration: Declaration;
}

/** The errors that the package exports. @throws Error for one that lies in a file that is not read. */
export function errorClasses(): readonly ErrorClass[] {
  const declared = new Map(FILES.flatMap((file) => [...declarationsIn(file)]));
  return Object.entries(bearmq)
    .filter(([, value]) => typeof value === 'function' && value.prototype instanceof bearmq.BearError)
    .map(([name]) => {
      const declaration = declared.get(name);
      const found = /'(BEAR_\w+)'/.exec(declaration?.source ?? '')?.[1];
      if (declaration === undefined || found === undefined)
        throw new Error(`${name} is in none of ${FILES.join(', ')}`);
      return { name, code: found, declaration };
    })
    .sort((a, b) => a.name.localeCompare(b.name));
}

export function errorsPage(): string {
  const classes = errorClasses();
  return page({ title: 'Errors', description: 'Each error class, its code, and when you meet it.', order: 3 }, [
    'Every error of BearMQ is a `BearError`. `name` and `code` are fixed texts, so they can be told apart after minifying, across realms, and between two copies of the package. Messages say what is wrong and what to do.',
    '',
    ...table(
      ['Class', '`code`'],
      classes.map(({ name, code: text }) => [`[${code(name)}](#${name.toLowerCase()})`, code(text)]),
    ),
    ...classes.flatMap(sectionOf),
  ]);
}

/** What every error has. */
const OF_ALL = ['name', 'code'];

function sectionOf({ name, code: text, declaration }: ErrorClass): readonly string[] {
  const fields = declaration.members.filter((member) => !OF_ALL.includes(member.name));
  const rows = fields.map((field) => [code(field.name), code(field.type), prose(field.doc)]);
  return [
    `## ${name}`,
    '',
    `${code(text)}`,
    '',
    prose(declaration.doc),
    '',
    ...(rows.length === 0 ? [] : table(['Field', 'Type', 'What it is'], rows)),
  ];
}
