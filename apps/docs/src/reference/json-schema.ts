import { join } from 'node:path';
import ts from 'typescript';
import { REPOSITORY } from './repository.ts';

/** A JSON Schema of 2020-12, as far as it is used here. */
export type Schema = { readonly [keyword: string]: unknown };

/** The exported types of a file as JSON Schemas by name, each with references to the others of that file. */
export function schemasOf(path: string): ReadonlyMap<string, Schema> {
  const file = join(REPOSITORY, path);
  const program = ts.createProgram([file], {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    strict: true,
    exactOptionalPropertyTypes: true,
    allowImportingTsExtensions: true,
    skipLibCheck: true,
    noEmit: true,
    types: [],
  });
  const source = program.getSourceFile(file);
  if (source === undefined) throw new Error(`${path} could not be read`);
  const maker = new SchemaMaker(program.getTypeChecker(), source);
  return maker.all();
}

class SchemaMaker {
  readonly #checker: ts.TypeChecker;
  readonly #named = new Map<string, ts.Type>();
  readonly #docs = new Map<string, string>();

  constructor(checker: ts.TypeChecker, source: ts.SourceFile) {
    this.#checker = checker;
    const module = checker.getSymbolAtLocation(source);
    for (const exported of module === undefined ? [] : checker.getExportsOfModule(module)) {
      const isAlias = (exported.flags & ts.SymbolFlags.Alias) !== 0;
      const symbol = isAlias ? checker.getAliasedSymbol(exported) : exported;
      this.#named.set(exported.name, checker.getDeclaredTypeOfSymbol(symbol));
      this.#docs.set(exported.name, textOf(symbol, checker));
    }
  }

  all(): ReadonlyMap<string, Schema> {
    return new Map(
      [...this.#named].map(([name, type]) => {
        const doc = this.#docs.get(name) ?? '';
        return [name, { ...(doc === '' ? {} : { description: doc }), ...this.#written(type, []) }] as const;
      }),
    );
  }

  /** By its name, where it has one here; else written out. */
  #of(type: ts.Type, within: readonly ts.Type[]): Schema {
    const name = type.aliasSymbol?.name ?? type.symbol?.name;
    const isNamed = name !== undefined && this.#named.get(name) === type;
    if (isNamed) return { $ref: `#/components/schemas/${name}` };
    if (within.includes(type)) throw new Error(`${this.#checker.typeToString(type)} has itself in it, without a name`);
    return this.#written(type, [...within, type]);
  }

  #written(type: ts.Type, within: readonly ts.Type[]): Schema {
    const { flags } = type;
    if ((flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) !== 0) return {};
    if ((flags & ts.TypeFlags.Null) !== 0) return { type: 'null' };
    if (type.isLiteral()) return { const: type.value };
    if ((flags & ts.TypeFlags.BooleanLiteral) !== 0) return { const: this.#checker.typeToString(type) === 'true' };
    if ((flags & ts.TypeFlags.Boolean) !== 0) return { type: 'boolean' };
    if ((flags & ts.TypeFlags.String) !== 0) return { type: 'string' };
    if ((flags & ts.TypeFlags.Number) !== 0) return { type: 'number' };
    if (type.isUnion()) return this.#ofUnion(type.types, within);
    if (this.#checker.isArrayType(type)) {
      const [item] = this.#checker.getTypeArguments(type as ts.TypeReference);
      return { type: 'array', items: item === undefined ? {} : this.#of(item, within) };
    }
    return this.#ofObject(type, within);
  }

  #ofUnion(types: readonly ts.Type[], within: readonly ts.Type[]): Schema {
    const present = types.filter(({ flags }) => (flags & ts.TypeFlags.Undefined) === 0);
    const texts = present.filter((type) => type.isStringLiteral());
    const bits = present.filter(({ flags }) => (flags & ts.TypeFlags.BooleanLiteral) !== 0);
    const others = present.filter((type) => !texts.includes(type as ts.StringLiteralType) && !bits.includes(type));
    const schemas: readonly Schema[] = [
      ...(texts.length === 0 ? [] : [{ type: 'string', enum: texts.map(({ value }) => value) }]),
      ...(bits.length === 2 ? [{ type: 'boolean' }] : bits.map((bit) => this.#written(bit, within))),
      ...others.map((type) => this.#of(type, within)),
    ];
    const [only] = schemas;
    return only !== undefined && schemas.length === 1 ? only : { anyOf: schemas };
  }

  #ofObject(type: ts.Type, within: readonly ts.Type[]): Schema {
    const properties: Record<string, Schema> = {};
    const required: string[] = [];
    for (const property of this.#checker.getPropertiesOfType(type)) {
      const doc = textOf(property, this.#checker);
      const schema = this.#of(this.#checker.getTypeOfSymbol(property), within);
      properties[property.name] = doc === '' ? schema : { description: doc, ...schema };
      if ((property.flags & ts.SymbolFlags.Optional) === 0) required.push(property.name);
    }
    const [index] = this.#checker.getIndexInfosOfType(type);
    return {
      type: 'object',
      ...(Object.keys(properties).length === 0 ? {} : { properties }),
      ...(required.length === 0 ? {} : { required }),
      ...(index === undefined ? {} : { additionalProperties: this.#of(index.type, within) }),
    };
  }
}

function textOf(symbol: ts.Symbol, checker: ts.TypeChecker): string {
  const text = ts.displayPartsToString(symbol.getDocumentationComment(checker));
  return text.replace(/\s*\n\s*/g, ' ').trim();
}
