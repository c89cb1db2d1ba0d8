// Which way the suite takes to the database: straight or through a pooler, on pg or on postgres.js.

/** The address that BearMQ is given: through the pooler where there is one. */
export function databaseUrl(): string {
  return setUp('BEARMQ_TEST_URL');
}

/** The server itself, for what looks on from outside, and for what holds a session. */
export function directUrl(): string {
  return setUp('BEARMQ_TEST_DIRECT_URL');
}

function setUp(name: string): string {
  const url = process.env[name];
  if (url === undefined) throw new Error(`${name} is not set: run these tests through the package script`);
  return url;
}

/** Whether a pooler is on the way to this address, whatever the database. */
function isPooled(url: string): boolean {
  return new URL(url).host !== new URL(directUrl()).host;
}

/** What the documentation of postgres.js asks for behind a pooler in transaction mode. */
export function poolerOptions(url: string): { readonly prepare?: false } {
  return isPooled(url) ? { prepare: false } : {};
}

const DRIVERS = ['pg', 'postgresjs'] as const;
export type DriverName = (typeof DRIVERS)[number];

/** How a process of its own reaches the database; see `fixtures/open-driver.mjs`. */
export interface Way {
  readonly url: string;
  readonly driver: DriverName;
  readonly isPooled: boolean;
}

export function wayTo(url: string, driver: DriverName = DRIVER): Way {
  return { url, driver, isPooled: isPooled(url) };
}

/** The driver of contexts that are not given another. */
export const DRIVER: DriverName = chosenDriver(process.env['BEARMQ_TEST_DRIVER']);

function chosenDriver(wanted: string | undefined): DriverName {
  if (wanted === undefined || wanted === '') return 'pg';
  const known = DRIVERS.find((name) => name === wanted);
  if (known === undefined) throw new Error(`BEARMQ_TEST_DRIVER is "${wanted}"; it may be ${DRIVERS.join(', ')}.`);
  return known;
}
