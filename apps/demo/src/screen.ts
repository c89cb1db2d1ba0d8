import { cursorTo } from 'node:readline';
import { styleText } from 'node:util';
import { duration } from './format.ts';

type Style = Parameters<typeof styleText>[0];

/** Where the demo writes: lines, and under them one that is written over, where the terminal can do that. */
export class Screen {
  /** Whether a line can be written over. */
  readonly isLive: boolean;
  readonly #out: NodeJS.WriteStream;
  readonly #hasColors: boolean;
  #live = '';
  #phaseSince = performance.now();

  constructor(out: NodeJS.WriteStream, env: Readonly<Record<string, string | undefined>>) {
    this.#out = out;
    const isRobot = !['', '0', 'false', undefined].includes(env['CI']) || env['TERM'] === 'dumb';
    this.isLive = out.isTTY === true && !isRobot;
    this.#hasColors = this.isLive && out.hasColors();
  }

  /** Writes lines that stay. */
  say(text: string): void {
    const live = this.#live;
    this.#erase();
    this.#out.write(`${text}\n`);
    if (live !== '') this.live(live);
  }

  /** Tells of a phase that is over, and how long it took. */
  phase(name: string, text: string): void {
    const now = performance.now();
    const took = this.style('dim', `(${duration(now - this.#phaseSince)})`);
    this.say(`  ${this.style('bold', name.padEnd(9))} ${text} ${took}`);
    this.#phaseSince = now;
  }

  /** Writes the line that is written over, cut to the terminal's width; `''` takes it away. */
  live(text: string): void {
    if (!this.isLive) return;
    this.#erase();
    this.#live = text;
    this.#out.write([...text].slice(0, (this.#out.columns || 80) - 1).join(''));
  }

  style(style: Style, text: string): string {
    return this.#hasColors ? styleText(style, text) : text;
  }

  #erase(): void {
    if (this.#live === '') return;
    cursorTo(this.#out, 0);
    this.#out.clearLine(0);
    this.#live = '';
  }
}
