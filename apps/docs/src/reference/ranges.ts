import { grouped } from './markdown.ts';

/** Makes an object with one option more than it needs: what refuses that option throws or rejects. */
export type Maker = (option: Readonly<Record<string, unknown>>) => unknown;

/** What an option may be, as the code itself says it when it refuses. */
export interface Range {
  readonly text: string;
  readonly min?: number;
  readonly max?: number;
}

const HUNDRED_YEARS = 100 * 365 * 86_400;

/** What is in no range, and longer than any name. */
const [NOTHING, LONG] = [Symbol('no value of an option'), 'x'.repeat(20_000)];

/**
 * The range of an option: it is given what it cannot be, and its error says what it may be. `undefined` where it is not
 * checked, or no range is told.
 */
export async function rangeOf(make: Maker, option: string): Promise<Range | undefined> {
  const problem = await problemOf(make, option, NOTHING);
  if (problem === undefined) return undefined;
  const [, kind, least, most] =
    / must be (a whole number|a number) of \w+ from (\S+) to (\S+), got /.exec(problem) ?? [];
  if (least !== undefined && most !== undefined) {
    const [min, max] = [Number(least), Number(most)];
    const upTo = max === HUNDRED_YEARS ? '100 years' : grouped(max);
    return { text: `${grouped(min)} to ${upTo}${kind === 'a number' ? '' : ', whole'}`, min, max };
  }
  const [, choices] = / must be one of (.*); got /.exec(problem) ?? [];
  if (choices !== undefined)
    return {
      text: choices
        .split(', ')
        .map((choice) => `\`'${choice}'\``)
        .join(', '),
    };
  if (problem.includes(' must be a list')) return await rangeOfList(make, option);
  if (problem.includes(' must be a string')) return await rangeOfText(make, option);
  return problem.includes(' must be a function') ? { text: 'a function' } : undefined;
}

async function rangeOfText(make: Maker, option: string): Promise<Range | undefined> {
  const [, bytes] = /at most (\d+) bytes/.exec((await problemOf(make, option, LONG)) ?? '') ?? [];
  return bytes === undefined ? undefined : { text: `1 to ${grouped(Number(bytes))} bytes`, min: 1, max: Number(bytes) };
}

async function rangeOfList(make: Maker, option: string): Promise<Range | undefined> {
  const [, items] = /at most (\d+) items/.exec((await problemOf(make, option, LONG.split(''))) ?? '') ?? [];
  const [, bytes] = /at most (\d+) bytes/.exec((await problemOf(make, option, [LONG])) ?? '') ?? [];
  if (items === undefined || bytes === undefined) return undefined;
  return { text: `1 to ${grouped(Number(items))}, of 1 to ${grouped(Number(bytes))} bytes each` };
}

/** What the code says of a value of an option; `undefined` where it takes it, or the trouble is another's. */
async function problemOf(make: Maker, option: string, value: unknown): Promise<string | undefined> {
  try {
    await make({ [option]: value });
    return undefined;
  } catch (error) {
    const { code, option: refused, message } = error as { code?: unknown; option?: unknown; message?: unknown };
    const isOfThis = code === 'BEAR_INVALID_OPTION' && String(refused).split('.').at(-1) === option;
    return isOfThis ? String(message) : undefined;
  }
}
