/** A file that a page loads. */
export interface WebFile {
  readonly type: string;
  readonly text?: string;
  /** Where it is no text. */
  readonly base64?: string;
}

/** What the pages are made of: made by the build (scripts/embed-web.mjs), from `web/`. Names have a hash in them. */
export declare const webFiles: {
  readonly script: string;
  readonly icon: string | null;
  readonly styles: readonly string[];
  readonly files: Readonly<Record<string, WebFile>>;
};

/** The version of this package. */
export declare const release: string;
