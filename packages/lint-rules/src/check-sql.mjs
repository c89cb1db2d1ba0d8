// Checks that SQL names PostgreSQL's functions with their schema: node check-sql.mjs [folder of the repository].
//
// A session's search path may put another schema before pg_catalog, with a `now()` of its own for tests: delays and
// leases would be reckoned by that.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = resolve(process.argv[2] ?? fileURLToPath(new URL('../../..', import.meta.url)));

/** Where SQL runs under the search path of a session. Stored functions have one of their own, as have migrations. */
const PLACES = [
  'packages/core/src/statements',
  'packages/core/src/driver',
  'packages/doctor/src',
  'packages/migrations/src/migrate.ts',
  'packages/migrations/src/short-lock-wait.ts',
  'packages/migrations/src/schema/enqueue.ts',
];

const IS_SQL = /^\s*(?:select|insert|update|delete|with|call|declare)\b/;
/** A name before a bracket, that is not a part of another name. */
const CALL = /(?<![\w."])([a-z_]\w*)\s*\(/gi;
/** What stands before a bracket and is no function: words of SQL, and functions that are words of its grammar. */
const WORDS = new Set(
  `all and any array as between by case check coalesce conflict else exists extract filter from greatest having in into is
  lateral least like limit materialized not nullif on or over returning row select set sets some then union using values when
  where with`.split(/\s+/),
);
/** The name of a table or an alias may be followed by columns in brackets. */
const NAMES_A_TABLE = /\b(?:as|into|recursive|with)\s+$/i;

/** @type {(path: string) => string[]} */
function filesOf(path) {
  const full = join(root, path);
  if (!existsSync(full)) return [];
  if (!statSync(full).isDirectory()) return [path];
  return readdirSync(full, { encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => `${path}/${name}`);
}

/**
 * The text of a literal; a quoted name stands for what is put in.
 *
 * @type {(node: ts.Node) => string | undefined}
 */
function textOf(node) {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (ts.isTemplateExpression(node)) {
    return node.head.text + node.templateSpans.map(({ literal }) => `"name"${literal.text}`).join('');
  }
  return undefined;
}

let statements = 0;
let broken = 0;
for (const path of PLACES.flatMap(filesOf)) {
  const source = ts.createSourceFile(path, readFileSync(join(root, path), 'utf8'), ts.ScriptTarget.Latest, true);
  /** @type {(node: ts.Node) => void} */
  const visit = (node) => {
    const sql = textOf(node);
    if (sql !== undefined && IS_SQL.test(sql)) {
      statements += 1;
      const plain = sql.replace(/--.*/g, '').replace(/'(?:[^']|'')*'/g, "''");
      for (const { 1: name = '', index } of plain.matchAll(CALL)) {
        if (WORDS.has(name.toLowerCase()) || NAMES_A_TABLE.test(plain.slice(0, index))) continue;
        broken += 1;
        const { line } = source.getLineAndCharacterOfPosition(node.getStart());
        console.error(`${path}, the statement in line ${line + 1}: say pg_catalog.${name}(…)`);
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
}

if (statements === 0) {
  console.error('no SQL was found: have the statements moved?');
  process.exit(2);
}
if (broken > 0)
  console.error("  A session's search path may put another function of that name before PostgreSQL's own.");
console.log(`SQL: ${statements} statements, ${broken} functions without their schema`);
process.exitCode = broken > 0 ? 1 : 0;
