/** What is read of an error: its first line, in up to 500 characters. */
const line = (error: string): string => `pg_catalog.split_part(pg_catalog.left(${error}, 500), pg_catalog.chr(10), 1)`;

/** Numbers and hexadecimal digits aside (UUIDs too); one pattern without a choice in it, which takes a third of the time. */
const pattern = (ofLine: string): string =>
  `pg_catalog.regexp_replace(${ofLine}, '[0-9a-fA-F]*[0-9][0-9a-fA-F-]*', '#', 'g')`;

/** What failures of one kind have in common. */
const fingerprint = (name: string, ofPattern: string): string =>
  `pg_catalog.left(pg_catalog.md5(${name} || pg_catalog.chr(10) || coalesce(${ofPattern}, '')), 12)`;

interface ErrorSql {
  line(error: string): string;
  pattern(ofLine: string): string;
  fingerprint(name: string, ofPattern: string): string;
  fingerprintOf(name: string, error: string): string;
}

/** What statements say of errors: of columns, by their names. */
export const errorSql: ErrorSql = {
  line,
  pattern,
  fingerprint,
  fingerprintOf: (name, error) => fingerprint(name, pattern(line(error))),
};
