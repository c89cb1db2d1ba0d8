import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { type Doc, NO_DOC, parseDoc } from './doc-comments.ts';
import { REPOSITORY } from './repository.ts';

/** A property of an interface, of a class, or of a type that is written down. */
export interface Member {
  readonly name: string;
  /** As it is written: `string | null`. */
  readonly type: string;
  readonly doc: Doc;
}

export interface Declaration {
  readonly name: string;
  readonly doc: Doc;
  readonly members: readonly Member[];
  /** What it extends, as it is written: `WorkerEvent<'WORKER_JOB_RUN'>`. */
  readonly bases: readonly string[];
  /** All of it. */
  readonly source: string;
}

const read = new Map<string, ReadonlyMap<string, Declaration>>();

/** The interfaces, classes and types of a source file, by name, with their doc comments. */
export function declarationsIn(path: string): ReadonlyMap<string, Declaration> {
  const known = read.get(path);
  if (known !== undefined) return known;
  const text = readFileSync(join(REPOSITORY, path), 'utf8');
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found = new Map<string, Declaration>();
  for (const node of file.statements) {
    const isOne = ts.isInterfaceDeclaration(node) || ts.isClassDeclaration(node) || ts.isTypeAliasDeclaration(node);
    if (!isOne || node.name === undefined) continue;
    found.set(node.name.text, {
      name: node.name.text,
      doc: docOf(node),
      members: membersOf(node),
      bases: ts.isTypeAliasDeclaration(node) ? [] : basesOf(node),
      source: node.getText(),
    });
  }
  read.set(path, found);
  return found;
}

/** @throws Error where the file has none of that name. */
export function declarationOf(path: string, name: string): Declaration {
  const found = declarationsIn(path).get(name);
  if (found === undefined) throw new Error(`${path} declares no ${name}`);
  return found;
}

/** Those of a type alias wherever they are written in it, the first of a name. */
function membersOf(node: ts.InterfaceDeclaration | ts.ClassDeclaration | ts.TypeAliasDeclaration): readonly Member[] {
  const found = new Map<string, Member>();
  const visit = (child: ts.Node): void => {
    const isProperty = ts.isPropertySignature(child) || ts.isPropertyDeclaration(child);
    if (isProperty && ts.isIdentifier(child.name)) {
      const { text: name } = child.name;
      if (!found.has(name)) found.set(name, { name, type: typeOf(child), doc: docOf(child) });
    }
    if (ts.isTypeAliasDeclaration(node)) ts.forEachChild(child, visit);
  };
  ts.forEachChild(node, visit);
  return [...found.values()];
}

function typeOf(node: ts.PropertySignature | ts.PropertyDeclaration): string {
  return (node.type?.getText() ?? '').replace(/\s+/g, ' ');
}

function basesOf(node: ts.InterfaceDeclaration | ts.ClassDeclaration): readonly string[] {
  return (node.heritageClauses ?? []).flatMap(({ types }) => types.map((type) => type.getText()));
}

function docOf(node: ts.Node): Doc {
  const comments = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
  const last = comments.at(-1);
  return last === undefined ? NO_DOC : parseDoc(last.getText());
}
