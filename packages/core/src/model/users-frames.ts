/** The folder of this package, if it was not bundled with others. Parts of a program may have source maps, and others not. */
interface Own {
  readonly dist: string;
  readonly src: string;
}

/** From a stack, as `import.meta` cannot be compiled to CommonJS, which is what ts-jest does. */
const OWN = ownIn(String(new Error('here').stack));

/** Of Node.js's own code, or of no file: what lies between our frames. */
const BETWEEN = /^ {4}at (?:.*\()?(?:node:[^)]*|<anonymous>)\)?$/;

/** What calls work functions. */
const CALLER = 'consume/run/executor.';

/**
 * A stack without the frames that led to the work function, which are ours and those of who woke us, and the same for every
 * job: up to nine of the engine's ten. What is not as V8 writes it is left as it is.
 */
export function withoutOurFrames(stack: string, own: Own | undefined = OWN): string {
  if (own === undefined) return stack;
  const called = Math.max(stack.indexOf(own.dist + CALLER), stack.indexOf(own.src + CALLER));
  // Where the engine's ten frames end before that, some of ours may be the last.
  let end = called === -1 ? stack.length : Math.max(0, stack.lastIndexOf('\n', called));
  let cut = end;
  while (end > 0) {
    const start = stack.lastIndexOf('\n', end - 1) + 1;
    const line = stack.slice(start, end);
    const isOurs = line.startsWith('    at ') && (line.includes(own.dist) || line.includes(own.src));
    if (start === 0 || !(isOurs || BETWEEN.test(line))) break;
    end = start - 1;
    if (isOurs) cut = end;
  }
  // All of it is ours: it says where an error of ours comes from.
  return stack.slice(0, end).includes('\n    at ') ? stack.slice(0, cut) : stack;
}

/** Where this module says that it is. */
export function ownIn(stack: string): Own | undefined {
  const found = /(?:\(|at )(?:file:\/\/)?([^\n]*[\\/])(?:dist|src)([\\/])model[\\/]users-frames\.[jt]s:/.exec(stack);
  if (found === null) return undefined;
  const [, folder = '', slash = '/'] = found;
  return { dist: `${folder}dist${slash}`, src: `${folder}src${slash}` };
}
