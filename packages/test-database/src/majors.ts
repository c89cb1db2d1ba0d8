/** The PostgreSQL majors that BearMQ supports, oldest first. */
export const MAJORS = [14, 15, 16, 17, 18] as const;

export type Major = (typeof MAJORS)[number];

/**
 * What `BEARMQ_TEST_PG_MAJOR` says, or undefined when it says nothing.
 *
 * @throws Error when it is not one of `MAJORS`.
 */
export function chosenMajor(env: Readonly<Record<string, string | undefined>>): Major | undefined {
  const wanted = env['BEARMQ_TEST_PG_MAJOR'];
  if (wanted === undefined || wanted === '') return undefined;
  const major = MAJORS.find((one) => String(one) === wanted);
  if (major === undefined) throw new Error(`BEARMQ_TEST_PG_MAJOR is "${wanted}"; it may be ${MAJORS.join(', ')}.`);
  return major;
}
