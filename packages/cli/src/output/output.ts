import pico from 'picocolors';
import type { GlobalOptions } from '../global-options.ts';
import type { Surroundings } from '../surroundings.ts';
import { type Column, oneLine, plainLines, tableLines } from './table.ts';
import { moment } from './words.ts';

type Colours = ReturnType<typeof pico.createColors>;

type OutputOptions = Pick<GlobalOptions, 'json' | 'plain' | 'color' | 'quiet' | 'timeZone'>;

/** How wide a table is where no terminal says. */
const DEFAULT_WIDTH = 160;

/**
 * What a command says. Data goes to standard output, and what is about the data (progress, remarks, warnings) to standard
 * error, so that a pipe gets the one without the other.
 */
export class Output {
  readonly isJson: boolean;
  /** Whether tables are for programs. */
  readonly isPlain: boolean;
  /** Colours for standard output. */
  readonly colours: Colours;
  readonly #surroundings: Surroundings;
  readonly #global: OutputOptions;

  constructor(surroundings: Surroundings, global: OutputOptions) {
    this.isJson = global.json;
    this.isPlain = global.plain;
    this.#surroundings = surroundings;
    this.#global = global;
    this.colours = pico.createColors(this.#isColoured(surroundings.stdout.isTTY));
  }

  /** A line of data. */
  line(text: string): void {
    this.#surroundings.stdout.write(`${text}\n`);
  }

  json(value: unknown): void {
    this.line(JSON.stringify(value, null, this.#isPerson ? 2 : undefined));
  }

  /** A document of several, each on a line of its own. */
  jsonLine(value: unknown): void {
    this.line(JSON.stringify(value));
  }

  /** A moment as it is shown to people. */
  moment(date: Date | null): string {
    return moment(date, this.#global.timeZone);
  }

  /** What there is of one thing: a line for each, in a column; what is not there is left out. */
  list(facts: Readonly<Record<string, string | null | undefined>>): void {
    const told = Object.entries(facts).flatMap(([name, text]): [string, string][] =>
      text === null || text === undefined ? [] : [[name, text]],
    );
    const width = Math.max(0, ...told.map(([name]) => name.length));
    for (const [name, text] of told) {
      this.line(this.#global.plain ? `${name}\t${oneLine(text)}` : `${this.colours.dim(name.padEnd(width))}  ${text}`);
    }
  }

  table<T>(columns: readonly Column<T>[], rows: readonly T[]): void {
    if (this.#global.plain) {
      for (const line of plainLines(columns, rows)) this.line(line);
      return;
    }
    const width = this.#surroundings.stdout.columns ?? DEFAULT_WIDTH;
    for (const [i, line] of tableLines(columns, rows, width).entries()) {
      this.line(i === 0 ? this.colours.dim(line) : line);
    }
  }

  /** Begins anew at the top, where a person looks at a terminal. */
  clear(): void {
    if (this.#isPerson && !this.isJson) this.#surroundings.stdout.write('\u001b[H\u001b[J');
  }

  /** A line about what goes on. */
  note(text: string): void {
    if (!this.#global.quiet) this.#surroundings.stderr.write(`${text}\n`);
  }

  /** A line about what is done, and may not be what was meant. */
  warn(text: string): void {
    const { yellow } = pico.createColors(this.#isColoured(this.#surroundings.stderr.isTTY));
    this.note(`${yellow('warning')}: ${text}`);
  }

  /** A line about what went wrong; said whatever the options are. */
  error(text: string): void {
    const { red } = pico.createColors(this.#isColoured(this.#surroundings.stderr.isTTY));
    this.#surroundings.stderr.write(`${red('error')}: ${text}\n`);
  }

  get #isPerson(): boolean {
    return this.#surroundings.stdout.isTTY === true;
  }

  #isColoured(isTTY: boolean | undefined): boolean {
    const { NO_COLOR, FORCE_COLOR } = this.#surroundings.env;
    const { color = 'auto' } = this.#global;
    if (color !== 'auto') return color === 'always';
    if (NO_COLOR !== undefined && NO_COLOR !== '') return false;
    return isTTY === true || (FORCE_COLOR !== undefined && FORCE_COLOR !== '' && FORCE_COLOR !== '0');
  }
}
