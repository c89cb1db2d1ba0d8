/** Where this program's own modules are, if it was not bundled with others: nobody else's are there. */
const OWN = /^(.*\/)model\/users-frames\.[jt]s$/.exec(import.meta.url)?.[1];

/** Of Node.js's own code, or of no file: what lies between our frames. */
const BETWEEN = /^ {4}at (?:.*\()?(?:node:[^)]*|<anonymous>)\)?$/;

/**
 * A stack without the frames that led to the work function, which are ours, and the same for every job: a few of the
 * engine's ten, at the end. What is not as V8 writes it is left as it is.
 */
export function withoutOurFrames(stack: string, own: string | undefined = OWN): string {
  if (own === undefined) return stack;
  let end = stack.length;
  let cut = end;
  while (end > 0) {
    const start = stack.lastIndexOf('\n', end - 1) + 1;
    const line = stack.slice(start, end);
    const isOurs = line.startsWith('    at ') && line.includes(own);
    if (start === 0 || !(isOurs || BETWEEN.test(line))) break;
    end = start - 1;
    if (isOurs) cut = end;
  }
  // All of it is ours: it says where an error of ours comes from.
  return stack.slice(0, end).includes('\n    at ') ? stack.slice(0, cut) : stack;
}
