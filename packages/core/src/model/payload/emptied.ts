import { shortened } from '../../messages.ts';

/** What an object is, what JSON does to it, and what to pass instead: "a Map", "turns into {}; pass a list". */
export type Fate = readonly [what: string, fate: string];

const AS_LIST = 'turns into {}; pass a list';
const AS_OBJECT = 'turns into {}; pass Object.fromEntries of it';
const AS_TEXT = 'turns into {}; pass a text, such as base64';

/** Built-in objects whose contents are no properties, whatever else was put on them. */
const EMPTIED: Readonly<Record<string, Fate>> = {
  Map: ['a Map', AS_LIST],
  Set: ['a Set', AS_LIST],
  WeakMap: ['a WeakMap', AS_LIST],
  WeakSet: ['a WeakSet', AS_LIST],
  Promise: ['a Promise', 'turns into {}; await it'],
  RegExp: ['a RegExp', 'turns into {}; pass its source'],
  Error: ['an Error', 'writes without its message; pass that'],
  ArrayBuffer: ['an ArrayBuffer', AS_TEXT],
  SharedArrayBuffer: ['a SharedArrayBuffer', AS_TEXT],
};

/** Others that are met, for a remedy of their own. */
const REMEDIES: Readonly<Record<string, string>> = {
  Headers: AS_OBJECT,
  URLSearchParams: AS_OBJECT,
  FormData: AS_OBJECT,
  Blob: AS_TEXT,
  File: AS_TEXT,
  Generator: AS_LIST,
  AsyncGenerator: AS_LIST,
};

const TYPES = [Map, Set, WeakMap, WeakSet, Promise, RegExp, Error, ArrayBuffer] as const;

/** Whether an object is one of `{}`, or without a prototype, in whatever realm it was made. */
export function isPlain(value: object): boolean {
  const prototype: object | null = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return true;
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf');
}

/** Of an object that is not plain: the text, number or boolean that it is an object around, which is what JSON writes. */
export function unboxed(value: object): string | number | boolean | undefined {
  const tag = tagOf(value);
  if (tag !== 'Number' && tag !== 'String' && tag !== 'Boolean') return undefined;
  const inside: unknown = value.valueOf();
  return typeof inside === tag.toLowerCase() ? (inside as string | number | boolean) : undefined;
}

/** What JSON loses of an object that is not plain: all of it, or `undefined` if it has properties, which are written. */
export function fateOf(value: object): Fate | undefined {
  const tag = tagOf(value);
  if (tag !== 'Object') {
    if (ArrayBuffer.isView(value)) return ['bytes', 'turns into an object; pass a text, such as base64'];
    const type = TYPES.find((one) => value instanceof one)?.name ?? tag; // a class may have a tag of its own
    if (Object.hasOwn(EMPTIED, type)) return EMPTIED[type];
  }
  return Object.keys(value).length > 0 ? undefined : nothingOf(value, tag);
}

/** A class with private fields or getters, headers, an iterator: it has no properties that JSON could write. */
function nothingOf(value: object, tag: string): Fate {
  const named: unknown = tag === 'Object' ? value.constructor?.name : tag;
  const name = typeof named === 'string' && named !== '' && named !== 'Object' ? shortened(named, 80) : undefined;
  const what = name === undefined ? 'an object without properties of its own' : `${articleOf(name)} ${name}`;
  if (name?.endsWith(' Iterator')) return [what, AS_LIST];
  return [what, (name && Object.hasOwn(REMEDIES, name) && REMEDIES[name]) || OTHERS];
}

const OTHERS = 'turns into {}; pass a plain object of what it holds, or give it a toJSON';

function articleOf(name: string): string {
  return /^[AEIO]|^U[a-z]/.test(name) ? 'an' : 'a';
}

/** `Map` of a Map, whatever realm it is of. */
function tagOf(value: object): string {
  return Object.prototype.toString.call(value).slice('[object '.length, -1);
}

export function isDate(value: object): boolean {
  return tagOf(value) === 'Date';
}
