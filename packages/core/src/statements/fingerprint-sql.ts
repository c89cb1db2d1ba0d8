/** What is read of an error: its first line, in up to 500 characters. */
export function errorLine(error: string): string {
  return `pg_catalog.split_part(pg_catalog.left(${error}, 500), pg_catalog.chr(10), 1)`;
}

/** Numbers and hexadecimal digits aside (UUIDs too); one pattern without a choice in it, which takes a third of the time. */
export function errorPattern(line: string): string {
  return `pg_catalog.regexp_replace(${line}, '[0-9a-fA-F]*[0-9][0-9a-fA-F-]*', '#', 'g')`;
}

/** What failures of one kind have in common. */
export function fingerprint(name: string, pattern: string): string {
  return `pg_catalog.left(pg_catalog.md5(${name} || pg_catalog.chr(10) || coalesce(${pattern}, '')), 12)`;
}
