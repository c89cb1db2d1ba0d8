/** What a figure came to. */
export interface Figure {
  readonly title: string;
  /** In Markdown. */
  readonly tables: readonly string[];
  /** Promises that were not kept; the command then ends with exit code 1. */
  readonly missed: readonly string[];
}

export interface FigureOptions {
  /** Tells how it goes on. */
  readonly note: (text: string) => void;
  /** Ends it early, with all its processes. */
  readonly interrupted: AbortSignal;
}

export function figureText({ title, tables, missed }: Figure): string {
  return [`${title}\n`, ...tables, '', ...missed.map((text) => `MISSED: ${text}`)].join('\n');
}
