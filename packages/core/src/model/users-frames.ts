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
 * job: up to nine of the engine's ten. What somebody has added behind them stays, and so does what is not as V8 writes it.
 */
export function withoutOurFrames(stack: string, own: Own | undefined = OWN): string {
  if (own === undefined) return stack;
  const called = callIn(stack, own, 0);
  // Where the engine's ten frames end before that, some of ours may be the last.
  if (called === -1) return stack.slice(0, beginOfOurs(stack, stack.length, own));
  let kept = '';
  let from = 0;
  for (let at = called; at !== -1; at = callIn(stack, own, from)) {
    const begin = beginOfOurs(stack, Math.max(0, stack.lastIndexOf('\n', at)), own);
    kept += stack.slice(from, Math.max(from, begin));
    from = endOfFrames(stack, at);
  }
  // Else all of it is ours: it says where an error of ours comes from.
  return kept.includes('\n    at ') ? kept + stack.slice(from) : stack;
}

/** Where the next frame is that calls work functions. */
function callIn(stack: string, { dist, src }: Own, from: number): number {
  const [inDist, inSrc] = [stack.indexOf(dist + CALLER, from), stack.indexOf(src + CALLER, from)];
  return inDist === -1 || inSrc === -1 ? Math.max(inDist, inSrc) : Math.min(inDist, inSrc);
}

/** Where those of our frames begin that lie together before `end`, with what lies between them. */
function beginOfOurs(stack: string, end: number, own: Own): number {
  let [begin, seen] = [end, end];
  while (seen > 0) {
    const start = stack.lastIndexOf('\n', seen - 1) + 1;
    const line = stack.slice(start, seen);
    const isOurs = line.startsWith('    at ') && (line.includes(own.dist) || line.includes(own.src));
    if (start === 0 || !(isOurs || BETWEEN.test(line))) break;
    seen = start - 1;
    if (isOurs) begin = seen;
  }
  return stack.slice(0, seen).includes('\n    at ') ? begin : end;
}

/** Where the frames end that follow the one at `at`. */
function endOfFrames(stack: string, at: number): number {
  let end = stack.indexOf('\n', at);
  while (end !== -1 && stack.startsWith('    at ', end + 1)) end = stack.indexOf('\n', end + 1);
  return end === -1 ? stack.length : end;
}

/** Where this module says that it is. */
export function ownIn(stack: string): Own | undefined {
  const found = /(?:\(|at )(?:file:\/\/)?([^\n]*[\\/])(?:dist|src)([\\/])model[\\/]users-frames\.[jt]s:/.exec(stack);
  if (found === null) return undefined;
  const [, folder = '', slash = '/'] = found;
  return { dist: `${folder}dist${slash}`, src: `${folder}src${slash}` };
}
