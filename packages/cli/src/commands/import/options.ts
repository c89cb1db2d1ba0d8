import { type OptionsOf, text, toggle } from '../../options.ts';

/** What all imports take. */
export interface ImportOptions {
  readonly map: string | undefined;
  readonly dryRun: boolean;
  readonly strict: boolean;
}

export const importOptions: OptionsOf<ImportOptions> = {
  map: text('file', 'JSON with the job definition of each old queue: { "emails": "SEND_EMAIL" }; others are left'),
  dryRun: toggle('only show what would be moved: each transaction is rolled back'),
  strict: toggle('end with 1 where any waiting job was left as it is'),
};
