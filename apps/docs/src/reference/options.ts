import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { declarationOf, type Member } from './declarations.ts';
import { code, page, prose } from './markdown.ts';
import { OWNERS, type Owner } from './option-owners.ts';
import { type Range, rangeOf } from './ranges.ts';
import { REPOSITORY } from './repository.ts';

/** An option as the page has it. */
export interface OptionRow {
  readonly name: string;
  readonly byDefault: string;
  readonly range: Range | undefined;
  readonly rangeText: string;
  readonly about: string;
  /** It is one of another owner's, where it is told of. */
  readonly isOfOther: boolean;
}

export async function optionsPage(): Promise<string> {
  const sections: string[] = [];
  for (const owner of OWNERS) sections.push(...(await sectionOf(owner)));
  return page(
    { title: 'Options', description: 'Each option of each object and call, with its default and its range.', order: 1 },
    [
      'Times are in seconds, as the names say, and fractions are fine. An option that is unknown, of the wrong type or out of its range throws an [`InvalidOptionError`](./errors#invalidoptionerror) that names the option, what it got, and what it takes.',
      '',
      ...sections,
    ],
    ['outline: 2'],
  );
}

async function sectionOf(owner: Owner): Promise<readonly string[]> {
  const rows = await rowsOf(owner);
  const isOwn = ({ isOfOther }: OptionRow): boolean => !isOfOther;
  return [
    `## ${/^[A-Z] /.test(owner.name) ? owner.name : code(owner.name)}`,
    '',
    ...(owner.about === undefined ? [] : [owner.about, '']),
    ...(owner.likeThoseOf === undefined ? [] : [likeThoseOf(owner.likeThoseOf.name, rows), '']),
    ...rows.filter(isOwn).flatMap((row) => optionSection(owner, row)),
  ];
}

function likeThoseOf(name: string, rows: readonly OptionRow[]): string {
  const names = rows.filter(({ isOfOther }) => isOfOther).map((row) => code(row.name));
  return `It takes ${names.slice(0, -1).join(', ')} and ${names.at(-1)} of [${code(name)}](#${name.toLowerCase()}), too: where it says nothing, the definition's count.`;
}

function optionSection({ see }: Owner, { name, byDefault, range, rangeText, about }: OptionRow): readonly string[] {
  const facts = [
    ...(rangeText === '' ? [] : [`${range === undefined ? 'Value' : 'Range'}: ${rangeText}`]),
    ...(byDefault === '' ? [] : [`Default: ${byDefault}`]),
  ];
  const link = see?.[name];
  return [
    `### ${code(name)}`,
    '',
    ...(facts.length === 0 ? [] : [`*${facts.join(' · ')}*`, '']),
    about,
    '',
    ...(link === undefined ? [] : [`See [${link[0]}](../${link[1]}).`, '']),
  ];
}

/** @throws Error where doc comments and code do not agree, or something is not said. */
export async function rowsOf(owner: Owner): Promise<readonly OptionRow[]> {
  const defaults = defaultsOf(owner);
  const rows: OptionRow[] = [];
  for (const [file, name] of owner.from) {
    for (const member of declarationOf(file, name).members) {
      if (rows.some((row) => row.name === member.name) || owner.without?.includes(member.name)) continue;
      const range = await rangeOf(owner.make, member.name);
      const option = `${owner.name}.${member.name}`;
      checkRange(option, member, range);
      rows.push({
        name: member.name,
        byDefault: defaultOf(option, member, defaults.get(member.name)),
        range,
        rangeText: owner.ranges?.[member.name] ?? range?.text ?? '',
        about: aboutOf(option, member),
        isOfOther: name === owner.likeThoseOf?.declaration,
      });
    }
  }
  return rows;
}

function aboutOf(option: string, { doc }: Member): string {
  if (doc.paragraphs.length === 0) throw new Error(`${option} has no doc comment that says what it does`);
  return prose(doc);
}

/** The constant with the defaults, in the files of the owner: by name, as it is written. */
function defaultsOf({ from }: Owner): ReadonlyMap<string, string> {
  const sources = [...new Set(from.map(([file]) => file))].flatMap((file) => [file, ...(BESIDE[file] ?? [])]);
  const found = new Map<string, string>();
  for (const file of sources) {
    const source = readFileSync(join(REPOSITORY, file), 'utf8');
    for (const [, body = ''] of source.matchAll(/_DEFAULTS(?:: [^=]*)? = \{([^}]*)\}/g)) {
      for (const [, name = '', value = ''] of body.matchAll(/(\w+): (\[[^\]]*\]|[^,\n]+)/g)) {
        found.set(name, value.trim().replace(/(?<=\d)_(?=\d)/g, ''));
      }
    }
  }
  return found;
}

/** Where the constant lies in a file of its own. */
const BESIDE: Readonly<Record<string, readonly string[]>> = {
  'packages/core/src/api/job-definition/schedule-options.ts': ['packages/core/src/model/schedule/defaults.ts'],
};

const bare = (text: string): string => text.replace(/[`']/g, '');

/** What a doc comment says, which must begin with what the constant has. */
function defaultOf(option: string, { doc }: Member, constant: string | undefined): string {
  const said = doc.defaultValue ?? '';
  if (constant === undefined) return /^'.*'$/.test(said) ? code(said) : said;
  if (said === '') return code(constant);
  if (!bare(said).startsWith(bare(constant))) {
    throw new Error(`${option} is ${constant} by default, and its doc comment says ${said}`);
  }
  return `${code(constant)}${bare(said).slice(bare(constant).length)}`;
}

/** A range that a doc comment tells in numbers must be that of the code. */
function checkRange(option: string, { doc }: Member, range: Range | undefined): void {
  const text = doc.throws.join(' ').replaceAll(',', '');
  const [, least, most, years] =
    /below ([\d.-]+) or above ([\d.]+)( years)?/.exec(text) ?? /number from ([\d.-]+) to ([\d.]+)/.exec(text) ?? [];
  if (least === undefined || most === undefined || range?.min === undefined || range.max === undefined) return;
  const [min, max] = [Number(least), Number.parseFloat(most) * (years === undefined ? 1 : 365 * 86_400)];
  if (min !== range.min || max !== range.max) {
    throw new Error(`${option} may be from ${range.min} to ${range.max}, and its doc comment says: ${text}`);
  }
}
